"""Overlaps, replacement, invisible characters and pieces."""

import random

from nlp_gateway.domain.redaction.found import Found, merge, readable, replace
from nlp_gateway.domain.redaction.pieces import PIECE, pieces, together


def test_merge_when_finds_overlap_then_one_covers_them_all_in_any_order():
    finds = [
        Found(0, 5, "PERSON", 0.6),
        Found(3, 9, "EMAIL_ADDRESS", 1.0),
        Found(9, 12, "SECRET"),
        Found(20, 22, "PERSON"),
    ]
    expected = [Found(0, 9, "EMAIL_ADDRESS", 1.0), Found(9, 12, "SECRET"), Found(20, 22, "PERSON")]
    for seed in range(20):
        random.Random(seed).shuffle(finds)
        assert merge(finds) == expected


def test_replace_when_spans_are_given_then_nothing_of_them_remains():
    assert (
        replace("call Ann at 5", [Found(5, 8, "PERSON"), Found(12, 13, "PHONE_NUMBER")])
        == "call <PERSON> at <PHONE_NUMBER>"
    )


def test_readable_when_characters_are_invisible_or_wide_then_plain_with_places():
    text = "\u200b4\u20601\uff11"
    plain, places = readable(text)
    assert plain == "411"
    assert [text[places[i]] for i in range(3)] == ["4", "1", "\uff11"]
    assert places[3] == len(text)


def test_pieces_when_a_text_is_long_then_all_of_it_is_in_some_piece():
    text = " ".join(str(number) for number in range(10_000))
    parts = list(pieces(text))
    assert all(len(part) <= PIECE for _, part in parts)
    assert all(text[start : start + len(part)] == part for start, part in parts)
    covered = {place for start, part in parts for place in range(start, start + len(part))}
    assert covered == set(range(len(text)))


def test_pieces_when_there_is_no_space_then_they_end_all_the_same():
    assert sum(len(part) for _, part in pieces("x" * (3 * PIECE))) >= 3 * PIECE


def test_together_when_a_name_is_found_in_one_piece_then_in_all():
    text = "Ann Lindqvist left. " + "x " * 100 + "Lindqvist is back."
    spans = together(text, [(0, [Found(0, 13, "PERSON", 0.9)])])
    assert [text[one.start : one.end] for one in spans] == ["Ann Lindqvist", "Lindqvist"]
