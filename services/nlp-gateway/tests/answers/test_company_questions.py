"""Questions about the example company, over a real DCL: the right figure or a refusal, and every number traced."""

import sys
from collections.abc import AsyncIterator, Iterator
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from aos_local.testing import provisioned_postgres
from nlp_gateway.domain.answers.checker import check
from nlp_gateway.domain.answers.model import DIFFERENCE, PERCENT_CHANGE, ROWS, Answer

sys.path.append(str(next(one for one in Path(__file__).resolve().parents if (one / "benchmarks").is_dir())))

from benchmarks.answers.ground import AlwaysData, Ground, company_ground
from benchmarks.answers.questions import QUESTIONS, Expected


@pytest.fixture(scope="module")
def lake() -> Iterator[str]:
    with provisioned_postgres(["dcl"]) as urls:
        yield urls.lake


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ground(lake: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Ground]:
    async with company_ground(lake, tmp_path_factory.mktemp("objects"), AlwaysData()) as made:
        yield made


def judge(answer: Answer, expected: Expected) -> None:
    """The right figures, or the refusal that was due."""
    draft = answer.draft
    if expected.refused:
        assert draft.refusal is not None, draft.text
        assert (draft.refusal.reason, draft.text, draft.figures) == (expected.refused, "", ())
        assert draft.refusal.message
        return
    assert draft.refusal is None, draft.refusal
    figures = {one.name: one.value for one in draft.figures}
    assert figures["total"] == expected.total
    for name, value in expected.rows.items():
        assert figures[name] == value, name
    if expected.rows:
        assert draft.table is not None
        assert len(draft.table.rows) == min(len(expected.rows), 25)
    if expected.before is not None:
        assert figures["before"] == expected.before


def retrace(answer: Answer) -> None:
    """Every derived figure follows from its two; every figure has a citation; the text holds nothing else."""
    draft = answer.draft
    values = {one.name: one.value for one in draft.figures}
    for one in draft.figures:
        assert one.citations, one
        if one.derived:
            first, second = (values[name] for name in one.of)
            exact = first - second
            if one.derived != DIFFERENCE:
                base = abs(second)
                exact = 100 * (exact if one.derived == PERCENT_CHANGE else first) / base
                exact = exact.quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
            assert one.value == exact, one
    assert check(draft.text, draft) == []
    if draft.text:
        assert check(draft.text.replace("[1]", "[1] 77"), draft), "the checker must see an invented number"


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("number", range(len(QUESTIONS)), ids=lambda number: QUESTIONS[number].text[:60])
async def test_question_when_asked_of_the_company_then_the_right_figure_or_a_refusal(
    ground: Ground, number: int
) -> None:
    question = QUESTIONS[number]
    answer = await ground.ask(question.text)
    judge(answer, question.expected(ground.company))
    retrace(answer)
    for citation in answer.draft.citations[:4]:
        assert citation.kind == ROWS
        assert await ground.rows_of(citation) == citation.rows
