"""Personal data leaves every part of a file that is stored."""

import re

from hypothesis import given
from hypothesis import strategies as st
from nlp_gateway.domain.knowledge.block import Block, Parsed
from nlp_gateway.domain.knowledge.cleaning import cleaned, in_one

WORDS = st.lists(st.sampled_from(["plain", "ann@x.io", "words", "bo@y.io"]), max_size=6).map(" ".join)
MAIL = re.compile(r"\w+@[\w.]+\w")


def parsed(title: str, *blocks: tuple[list[str], str, str]) -> Parsed:
    return Parsed(title, tuple(Block(tuple(above), text, header) for above, text, header in blocks))


@given(WORDS, st.lists(st.tuples(st.lists(WORDS, max_size=2), WORDS, WORDS), max_size=5))
def test_cleaned_when_spans_are_found_in_one_then_each_piece_is_replaced_where_it_stands(
    title: str, blocks: list[tuple[list[str], str, str]]
) -> None:
    file = parsed(title, *blocks)
    spans = [(*found.span(), "EMAIL") for found in MAIL.finditer(in_one(file))]
    expected = parsed(
        MAIL.sub("<EMAIL>", title),
        *(
            ([MAIL.sub("<EMAIL>", one) for one in above], MAIL.sub("<EMAIL>", text), MAIL.sub("<EMAIL>", header))
            for above, text, header in blocks
        ),
    )
    assert cleaned(file, spans) == expected


def test_cleaned_when_a_span_reaches_over_pieces_or_another_span_then_all_of_it_is_gone() -> None:
    file = parsed("Call Ann", ([], "Miller at once", ""), ([], "or later", ""))
    text = in_one(file)
    start, end = text.index("Ann"), text.index(" at once")
    clean = cleaned(file, [(start, end, "PERSON"), (start + 1, start + 2, "PERSON"), (end - 3, end, "NAME")])
    assert clean.title.startswith("Call <PERSON>")
    assert "Miller" not in in_one(clean)
    assert "Ann" not in in_one(clean)
    assert clean.blocks[0].text.endswith(" at once")
    assert clean.blocks[1].text == "or later"
