"""Questions about the example company, over a real DCL: the right figure or a refusal, and every number traced."""

import sys
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from aos_local.testing import provisioned_postgres
from nlp_gateway.domain.answers.model import ROWS

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
