"""Let an agent read the unified views and keep what it finds."""

from dataclasses import dataclass
from uuid import UUID

from aoa.domain.agents.agent import Agent, Check
from aoa.domain.finding import Finding, gravest_first
from aoa.domain.question import Aggregate, Answer, Question
from aoa.ports import Findings, StepLog, Views

MAX_FINDINGS = 250
"""Findings of one agent in one run, at most."""


@dataclass(frozen=True)
class Analysis:
    """How an analysis ended; without `examined` every view was empty and nothing was asked."""

    examined: bool
    summary: str


async def analyse_views(
    tenant_id: UUID, run_id: UUID, agent: Agent, *, views: Views, findings: Findings, log: StepLog
) -> Analysis:
    """Ask the agent's questions and store its findings in place of those of an earlier attempt."""
    ready, empty = agent.askable(await views.sizes(tenant_id))
    without = f"no data in {', '.join(empty)}" if empty else ""
    found: list[Finding] = []
    reader = _Reader(tenant_id, agent.name, views)
    for place, check in enumerate(ready):
        await log.report(f"check {place + 1} of {len(ready)}: {check.name}")
        found += await reader.ask(check)
    found = gravest_first(found)[:MAX_FINDINGS]
    await findings.replace(tenant_id, run_id, agent.name, found)
    if not ready:
        return Analysis(False, without)
    parts = [f"{len(found)} findings from {len(ready)} checks", *([without] if without else [])]
    return Analysis(True, "; ".join(parts))


class _Reader:
    """Drives checks: puts their questions to the views, each different one once."""

    def __init__(self, tenant_id: UUID, agent: str, views: Views) -> None:
        self._tenant_id = tenant_id
        self._agent = agent
        self._views = views
        self._known: dict[Question, Answer] = {}

    async def ask(self, check: Check) -> list[Finding]:
        """Run one check to its findings."""
        asking = check.examine()
        try:
            question = next(asking)
            while True:
                question = asking.send(await self._answer(question))
        except StopIteration as end:
            found: list[Finding] = end.value
            return found

    async def _answer(self, question: Question) -> Answer:
        answer = self._known.get(question)
        if answer is None:
            if isinstance(question, Aggregate):
                answer = await self._views.aggregate(self._tenant_id, self._agent, question)
            else:
                answer = await self._views.query(self._tenant_id, self._agent, question)
            self._known[question] = answer
        return answer
