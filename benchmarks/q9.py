"""Q9, answers: forty questions on the example company, and a transcript of ten with each number traced.

`python -m benchmarks.q9`

Every figure of an answer is compared with one computed straight from the generated rows; every number in its text with
a cited figure; every citation is opened through QueryView, and its rows are counted.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from aos_local.testing import provisioned_postgres
from nlp_gateway.adapters.understanding.reader import Reader
from nlp_gateway.domain.answers.model import ROWS, Answer, Figure, Filter

from benchmarks.answers.ground import Ground, company_ground, embed
from benchmarks.answers.judging import untraced, wrong
from benchmarks.answers.questions import QUESTIONS

TOLD = 10
"""Of those with figures every third, so that the transcript shows different kinds."""


def main() -> None:
    """Ask, judge, and print."""
    with provisioned_postgres(["dcl"]) as urls, tempfile.TemporaryDirectory() as objects:
        asyncio.run(_measured(urls.lake, Path(objects)))


async def _measured(lake: str, objects: Path) -> None:
    reader = Reader(embed)
    async with company_ground(lake, objects, reader) as ground:
        answers: list[Answer] = []
        seconds: list[float] = []
        problems: list[str] = []
        await reader.read("warm up")
        for question in QUESTIONS:
            began = time.perf_counter()
            answers.append(await ground.ask(question.text))
            seconds.append(time.perf_counter() - began)
            problems += [f"{question.text}: {one}" for one in wrong(answers[-1], question.expected(ground.company))]
            problems += [f"{question.text}: {one}" for one in untraced(answers[-1])]
        opened = [await _opened(ground, answer) for answer in answers]
        await _transcript(ground, [answer for answer in answers if answer.draft.figures][::3][:TOLD])
        _summary(answers, seconds, problems, opened)
    await reader.close()


async def _opened(ground: Ground, answer: Answer) -> tuple[int, int]:
    """Open every citation; return how many show exactly their rows, and how many there are."""
    cited = [one for one in answer.draft.citations if one.kind == ROWS]
    exact = 0
    for one in cited:
        exact += await ground.rows_of(one) == one.rows
    return exact, len(cited)


async def _transcript(ground: Ground, answers: list[Answer]) -> None:
    for number, answer in enumerate(answers, 1):
        draft = answer.draft
        print(f"\n{number}. {answer.question}\n   read as: {draft.reading}\n   {draft.text}")
        for figure in draft.figures:
            if figure.display.lstrip("-") in draft.text or figure.display.replace("-", "", 1) in draft.text:
                print(f"     {figure.display:<18} {_origin(figure)}")
        for one in draft.citations[:3]:
            where = " and ".join(_said(item) for item in one.filters)
            rows = await ground.rows_of(one)
            print(f"     [{one.number}] {one.view} at {one.snapshot}: {rows} of {one.rows} rows where {where or 'all'}")


def _said(item: Filter) -> str:
    name = f"{item.column}.{item.json_key}" if item.json_key else item.column
    return f"{name} {item.op} {', '.join(item.values)}".strip()


def _origin(figure: Figure) -> str:
    marks = "".join(f"[{number}]" for number in figure.citations)
    derived = f" = {figure.derived} of {' and '.join(figure.of)}" if figure.derived else ""
    return f"← {figure.value:f} {marks}{derived}"


def _summary(answers: list[Answer], seconds: list[float], problems: list[str], opened: list[tuple[int, int]]) -> None:
    refused = sum(answer.draft.refusal is not None for answer in answers)
    figures = sum(len(answer.draft.figures) for answer in answers)
    exact, cited = (sum(column) for column in zip(*opened, strict=True))
    right, wrong_ones = len(answers) - refused, len(problems)
    print(f"\nQ9  {len(answers)} questions on the example company")
    print(f"  right figure {right}, refused as due {refused}, wrong or untraced {wrong_ones} (goal 0)")
    for problem in problems:
        print(f"    {problem}")
    print(f"  {figures} figures equal a cited value or follow from two of them")
    print(f"  {exact} of {cited} citations open exactly their rows")
    median, most = statistics.median(seconds) * 1000, max(seconds) * 1000
    print(f"  an answer takes {median:.0f} ms (median), {most:.0f} ms at most")


if __name__ == "__main__":
    main()
