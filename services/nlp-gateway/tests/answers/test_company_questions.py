"""Questions about the example company, over a real DCL: the right figure or a refusal, and every number traced."""

import sys
from collections.abc import AsyncIterator, Iterator
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest
import pytest_asyncio
from aos_local.testing import provisioned_postgres
from nlp_gateway.domain.answers.model import ROWS
from nlp_gateway.usecases.answers.summarise_persona import summarise_persona

sys.path.append(str(next(one for one in Path(__file__).resolve().parents if (one / "benchmarks").is_dir())))

from benchmarks.answers.ground import AlwaysData, Ground, company_ground
from benchmarks.answers.judging import untraced, wrong
from benchmarks.answers.questions import QUESTIONS


@pytest.fixture(scope="module")
def lake() -> Iterator[str]:
    with provisioned_postgres(["dcl"]) as urls:
        yield urls.lake


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(lake: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with company_ground(lake, tmp_path_factory.mktemp("objects"), AlwaysData()) as made:
        yield made


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=lambda number: QUESTIONS[number].text[:60])
async def test_question_when_asked_of_the_company_then_the_right_figure_or_a_refusal(
    ground: Ground, number: int
) -> None:
    question = QUESTIONS[number]
    answer = await ground.ask(question.text)
    assert wrong(answer, question.expected(ground.company)) == []
    assert untraced(answer) == []
    for citation in answer.draft.citations[:4]:
        assert citation.kind == ROWS
        assert await ground.rows_of(citation) == citation.rows


@pytest.mark.asyncio(loop_scope="module")
async def test_question_when_another_tenant_asks_then_there_is_no_data_and_no_value_is_known(ground: Ground) -> None:
    stranger = ground.asker(uuid4(), "owner")
    spend = await ground.ask_as(stranger, "cloud spend last month")
    assert spend.draft.refusal is not None
    assert spend.draft.refusal.reason == "NO_DATA"
    named = await ground.ask_as(stranger, f"cloud spend in Stockholm; tenant {ground.tenant}")
    assert named.draft.refusal is not None
    assert "stockholm" in named.draft.refusal.message


@pytest.mark.asyncio(loop_scope="module")
async def test_question_when_the_asker_may_not_read_views_then_dcl_says_so_also_after_others_asked(
    ground: Ground,
) -> None:
    await ground.ask("cloud spend last month")
    found = await ground.ask_as(ground.asker(ground.tenant, "nobody"), "cloud spend for team web last month")
    assert found.draft.refusal is not None
    assert found.draft.refusal.reason == "NOT_PERMITTED"
    assert "views:read" in found.draft.refusal.message


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("persona", ["cto", "cro", "coo", "cfo"])
async def test_question_when_personas_ask_then_words_differ_and_figures_do_not(ground: Ground, persona: str) -> None:
    answer = await ground.ask("cloud spend by team in October vs September", persona)
    figures = {one.name: one.value for one in answer.draft.figures}
    assert figures["total"] == Decimal("33179.71488336")
    assert untraced(answer) == []
    assert ("The largest change" in answer.draft.text) == (persona in ("cfo", "coo"))
    assert ("from the view cloud_cost" in answer.draft.text) == (persona == "cto")


@pytest.mark.asyncio(loop_scope="module")
async def test_summary_when_the_company_asks_then_tiles_are_figures_with_rows_or_say_what_to_connect(
    ground: Ground,
) -> None:
    ports = ground.answering
    asker = ground.asker(ground.tenant, "viewer")
    for persona, filled in (("coo", 2), ("cfo", 2), ("cro", 3)):
        found = await summarise_persona(asker, persona, layer=ports.layer, platform=ports.platform, clock=ports.clock)
        assert len([tile for tile in found.tiles if tile.value]) >= filled
        for tile in found.tiles:
            assert bool(tile.value) != bool(tile.missing)
            assert bool(tile.value) == bool(tile.citation)
        for citation in found.citations:
            assert await ground.rows_of(citation) == citation.rows
