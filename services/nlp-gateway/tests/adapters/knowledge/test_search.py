"""Search by words and by meaning, for whom it may be read."""

import math
from typing import Any

import pytest
from nlp_gateway.adapters.knowledge import search
from nlp_gateway.adapters.knowledge.search import PostgresPassages, Weights
from nlp_gateway.adapters.knowledge.words import terms
from nlp_gateway.domain.knowledge.collection import Access

TEXTS = (
    "Invoices are due within thirty days of the invoice date",
    "Late invoices cost interest of two percent a month",
    "The office is closed on public holidays",
    "Travel is booked by the travel desk, never by oneself",
)


def bm25(question: str, indexed: list[str]) -> list[float]:
    """BM25 as its formula says, over texts as they are indexed."""
    counted = [terms(text) for text in indexed]
    average = sum(one.total() for one in counted) / len(counted)
    scores = []
    for one in counted:
        score = 0.0
        for term, times in terms(question).items():
            n, f = sum(term in other for other in counted), one[term]
            idf = math.log(1 + (len(counted) - n + 0.5) / (n + 0.5))
            score += times * idf * f * 2.2 / (f + 1.2 * (0.25 + 0.75 * one.total() / average))
        scores.append(score)
    return scores


async def test_search_when_by_words_alone_then_the_order_is_that_of_bm25(knowledge: Any) -> None:
    await knowledge.add(*TEXTS)
    knowledge.passages._weights = Weights(semantic=0)
    question = "late invoices and their interest, invoices in general"
    scores = bm25(question, [f"A title\nHeading\n{text}" for text in TEXTS])
    expected = [text for score, text in sorted(zip(scores, TEXTS, strict=True), reverse=True) if score]
    assert [found.text for found in await knowledge.search(question)] == expected


async def test_search_when_a_passage_is_found_then_its_place_and_headings_come_with_it(knowledge: Any) -> None:
    document_id = await knowledge.add(*TEXTS, title="Handbook")
    found = (await knowledge.search("interest on late invoices"))[0]
    assert (found.document_id, found.title, found.headings) == (document_id, "Handbook", ("Heading",))
    assert (found.text, found.start, found.end) == (TEXTS[1], 0, len(TEXTS[1]))
    # First in both lists: the score of the fusion's formula.
    assert found.score == pytest.approx(2 / 21)


async def test_search_when_no_word_is_known_then_the_nearest_come_all_the_same(knowledge: Any) -> None:
    await knowledge.add(*TEXTS)
    assert len(await knowledge.search("zzz")) == len(TEXTS)
    assert len(await knowledge.search("the of and")) == len(TEXTS)


@pytest.mark.parametrize(
    "question", ["", "'; DROP TABLE passages; --", "%s :tenant $1 \\", "ß" * 5000, "a\tb\nc", "🦄"]
)
async def test_search_when_the_question_is_odd_then_it_is_a_question_like_any_other(
    knowledge: Any, question: str
) -> None:
    await knowledge.add(*TEXTS)
    assert len(await knowledge.search(question)) == len(TEXTS)


async def test_search_when_a_collection_is_not_for_everybody_then_role_or_subject_opens_it(knowledge: Any) -> None:
    await knowledge.collection("board", Access(roles=("owner",), subjects=("ann",)))
    await knowledge.add("The merger closes in May", collection="board")
    await knowledge.add("The canteen opens in May")
    for roles, who, expected in (((), "bo", 1), (("viewer",), "bo", 1), (("owner",), "bo", 2), ((), "ann", 2)):
        assert len(await knowledge.search("May", roles=roles, who=who)) == expected, (roles, who)
    # Naming the collection does not open it, nor does a name that is none.
    assert await knowledge.search("merger", collections=["board"], roles=("viewer",), who="bo") == []
    assert await knowledge.search("merger", collections=["no such"], roles=("owner",)) == []
    [only] = await knowledge.search("May", collections=["board"], roles=("owner",))
    assert only.text == "The merger closes in May"


async def test_search_when_the_tenant_is_large_then_the_prefilter_finds_what_all_vectors_would(
    knowledge: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = [f"word{number}" for number in range(60)]
    texts = [" ".join(words[(start * step) % 60] for step in range(1, 9)) for start in range(1, 121)]
    await knowledge.add(*texts)
    questions = [" ".join(words[start : start + 3]) for start in range(0, 57, 7)]
    passages = PostgresPassages(knowledge.database, knowledge.passages._embedder, Weights(lexical=0))
    knowledge.passages = passages
    exact = [[found.text for found in await knowledge.search(question, 5)] for question in questions]
    monkeypatch.setattr(search, "EXACT", 10)
    assert [[found.text for found in await knowledge.search(question, 5)] for question in questions] == exact
    assert len(await knowledge.search(questions[0], 110)) == 110
