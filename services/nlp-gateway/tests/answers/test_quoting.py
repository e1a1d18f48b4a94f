"""Which sentences of passages are quoted, with the real sentence encoder."""

import pytest
from aos_embeddings import MiniLm
from nlp_gateway.domain.answers.quoting import candidates, chosen, place

PASSAGES = (
    (
        "Staff get 25 days of paid vacation a year. Sick days are extra! Notice is given in writing.",
        ("Handbook", "Leave"),
    ),
    ("drift | a stream's schema differs from its baseline; the stream is held", ("Glossary",)),
    ("He said “drift is fine”. Refusals would leave no trace in the policy's log.", ("Policy",)),
)


@pytest.fixture(scope="module")
def encoder() -> MiniLm:
    return MiniLm(max_tokens=64)


def quotes(encoder: MiniLm, question: str) -> list[str]:
    found = candidates(question, PASSAGES)
    vectors = encoder.embed([question, *(one.text for one in found)])
    kept = chosen(found, [float(one @ vectors[0]) for one in vectors[1:]])
    assert all(PASSAGES[one.passage][0][one.start : one.end] == one.text for one in kept)
    return [one.text for one in kept]


def test_quotes_when_a_sentence_answers_then_it_comes_whole_and_first(encoder: MiniLm) -> None:
    assert quotes(encoder, "How many vacation days do I get?")[0] == "Staff get 25 days of paid vacation a year."
    assert quotes(encoder, "what does drift mean?") == [PASSAGES[1][0]]


@pytest.mark.parametrize("question", ["what is the parental leave policy?", "who won the football game?", "", "why?"])
def test_quotes_when_nothing_answers_then_there_are_none(encoder: MiniLm, question: str) -> None:
    assert quotes(encoder, question) == []


def test_place_when_the_title_is_the_first_heading_then_it_is_said_once() -> None:
    assert place("Terms", ("Terms", "Ending")) == "Terms › Ending"
