"""Routes, refusals and permissions of questions, with the platform's other parts scripted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from aos_common.errors import DependencyUnavailable, PermissionDenied
from nlp_gateway.domain.answers.checker import check
from nlp_gateway.domain.answers.errors import PersonaUnknown, QuestionInvalid
from nlp_gateway.domain.answers.model import Answer
from nlp_gateway.ports.asking import Asker, Asset, Connection, Finding, Funnel
from nlp_gateway.ports.passages import Passage, Reader
from nlp_gateway.ports.understanding import Reading
from nlp_gateway.usecases.answers.answering import Answering
from nlp_gateway.usecases.answers.ask import Drafted, Routed, ask
from nlp_gateway.usecases.answers.summarise_persona import summarise_persona

ASKER = Asker(uuid4(), "someone", frozenset({"viewer"}), "token")
TEXT = "The notice period is 30 days. Renewals are “silent”. Contracts end in writing, says § 4 of the terms."


class Scripted:
    """All the ports: what each returns, or raises."""

    def __init__(self, route: str, error: Exception | None = None) -> None:
        self.route, self.error = route, error
        self.readers: list[Reader] = []

    def _give(self, value: Any) -> Any:
        if self.error:
            raise self.error
        return value

    async def read(self, question: str) -> Reading:
        return Reading("cto", 0.9, self.route, 0.9)

    async def metrics(self, asker: Asker) -> Sequence[Any]:
        return self._give([])  # type: ignore[no-any-return]  # scripted

    async def rank(self, text: str, others: Sequence[str]) -> Sequence[float]:
        return [0.9 if "notice period" in other else 0.1 for other in others]

    async def words(self) -> frozenset[str]:
        return frozenset()

    async def of(self, tenant_id: UUID) -> None:
        return None

    async def findings(self, asker: Asker) -> Sequence[Finding]:
        titles = ("USD 8,805.57 has no tag", 'The product "GTX 9" is missing')
        found = [Finding(str(n), "finops", "problem", title, "Tag it.") for n, title in enumerate(titles)]
        return self._give(found)  # type: ignore[no-any-return]  # scripted

    async def connections(self, asker: Asker) -> tuple[Sequence[Connection], bool]:
        failing = Connection("c2", "erp 7", "postgres", "FAILED", 'port 5432: "refused"')
        return self._give(([Connection("c1", "crm", "files", "ACTIVE", ""), failing], False))  # type: ignore[no-any-return]  # scripted

    async def funnel(self, asker: Asker) -> Funnel:
        return self._give(Funnel(2, 1, 1, 0, 1, 0))  # type: ignore[no-any-return]  # scripted

    async def assets(self, asker: Asker) -> tuple[Sequence[Asset], bool]:
        return self._give(([Asset("a", "exports", "folder", "pending", 4)], True))  # type: ignore[no-any-return]  # scripted

    async def running(self, asker: Asker) -> int:
        return self._give(0)  # type: ignore[no-any-return]  # scripted

    async def search(self, reader: Reader, question: str, **_: Any) -> Sequence[Passage]:
        self.readers.append(reader)
        passage = Passage(UUID(int=1), UUID(int=2), "Terms 2026", ("4 Ending",), TEXT, 100, 100 + len(TEXT), 1.0)
        return self._give([passage])  # type: ignore[no-any-return]  # scripted


async def steps(scripted: Any, question: str, persona: str = "", asker: Asker = ASKER) -> list[Any]:
    clock = lambda: datetime(2026, 11, 23, tzinfo=UTC)  # noqa: E731  a port of one line
    ports = Answering(*[scripted] * 8, clock)
    return [step async for step in ask(asker, question, persona, answering=ports)]


async def answered(route: str, question: str, error: Exception | None = None) -> Answer:
    found = (await steps(Scripted(route, error), question))[-1]
    assert isinstance(found, Answer)
    assert check(found.draft.text, found.draft) == []
    return found


async def test_ask_when_the_persona_is_given_then_it_wins_and_the_steps_come_in_order() -> None:
    found = await steps(Scripted("knowledge"), "What is the notice period?", "CFO")
    assert [type(step) for step in found] == [Routed, Drafted, Answer]
    assert (found[0].persona, found[-1].persona, found[-1].engine) == ("cfo", "cfo", "offline")


async def test_knowledge_when_a_passage_answers_then_its_sentence_is_quoted_at_its_place() -> None:
    draft = (await answered("knowledge", "What is the notice period?")).draft
    (citation,) = draft.citations
    assert citation.quote == "The notice period is 30 days."
    assert TEXT[citation.start - 100 : citation.end - 100] == citation.quote
    assert "30" in draft.text
    assert draft.figures == ()


async def test_knowledge_when_passages_are_about_something_else_then_it_is_refused() -> None:
    draft = (await answered("knowledge", "How long is the parental leave in Finland?")).draft
    assert draft.refusal is not None
    assert draft.refusal.reason == "NOTHING_FOUND"


async def test_knowledge_when_the_asker_may_not_read_documents_then_no_passage_is_looked_up() -> None:
    scripted = Scripted("knowledge")
    found = await steps(scripted, "What is the notice period?", asker=replace(ASKER, reads_documents=False))
    assert found[-1].draft.refusal.reason == "NOT_PERMITTED"
    assert scripted.readers == []


@pytest.mark.parametrize(
    ("route", "said"),
    [("findings", "2 findings"), ("connection_health", "erp 7 is FAILED"), ("inventory", "At least 1 asset")],
)
async def test_platform_when_it_answers_then_every_number_is_cited(route: str, said: str) -> None:
    draft = (await answered(route, "how is it going over there?")).draft
    assert said in draft.text
    assert all(figure.citations for figure in draft.figures)
    assert {citation.number for citation in draft.citations} == set(range(1, len(draft.citations) + 1))


@pytest.mark.parametrize("route", ["data_question", "findings", "connection_health", "inventory", "knowledge"])
async def test_ask_when_the_asker_may_not_read_it_then_the_refusal_says_so(route: str) -> None:
    error = PermissionDenied("This needs views:read.", hint="Ask an admin for the role viewer.")
    draft = (await answered(route, "how is it going over there?", error)).draft
    assert draft.refusal is not None
    assert (draft.refusal.reason, draft.refusal.suggestions) == (
        "NOT_PERMITTED",
        ("Ask an admin for the role viewer.",),
    )
    assert (draft.text, draft.figures, draft.citations) == ("", (), ())


@pytest.mark.parametrize("route", ["data_question", "findings", "knowledge"])
async def test_ask_when_a_service_is_down_then_it_is_an_error_and_no_answer(route: str) -> None:
    with pytest.raises(DependencyUnavailable):
        await steps(Scripted(route, DependencyUnavailable("DCL does not answer.")), "what did we spend?")


async def test_ask_when_out_of_scope_then_it_says_what_can_be_asked() -> None:
    refusal = (await answered("out_of_scope", "Write me a poem about the sea")).draft.refusal
    assert refusal is not None
    assert (refusal.reason, len(refusal.suggestions)) == ("CANNOT_ANSWER", 3)


@pytest.mark.parametrize("question", ["", "   ", "x" * 2001])
async def test_ask_when_there_is_no_question_then_it_is_invalid(question: str) -> None:
    with pytest.raises(QuestionInvalid):
        await steps(Scripted("knowledge"), question)


async def test_ask_when_the_persona_is_none_then_it_is_named() -> None:
    with pytest.raises(PersonaUnknown, match="pope"):
        await steps(Scripted("knowledge"), "why?", "pope")


async def test_summary_when_the_platform_answers_then_tiles_have_counts_or_what_to_connect() -> None:
    scripted: Any = Scripted("findings")
    clock = lambda: datetime(2026, 11, 23, tzinfo=UTC)  # noqa: E731  a port of one line
    found = await summarise_persona(ASKER, "CTO", layer=scripted, platform=scripted, clock=clock)
    tiles = {tile.name: tile for tile in found.tiles}
    assert (tiles["connectors_healthy"].display, tiles["agents_running"].display) == ("1", "0")
    assert (tiles["incidents_open"].value, "Connect" in tiles["incidents_open"].missing) == ("", True)
