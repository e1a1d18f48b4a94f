"""Lets an agent examine views and groups what it finds by check."""

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID, uuid4

from aoa.domain.agents.agent import Agent
from aoa.domain.finding import Finding
from aoa.ports import Views
from aoa.usecases.analyse_views import analyse_views


class Kept:
    """The `Findings` port in memory; also the `StepLog`."""

    def __init__(self) -> None:
        self.found: list[Finding] = []
        self.said: list[str] = []

    async def replace(self, tenant_id: UUID, run_id: UUID, agent: str, findings: Sequence[Finding]) -> None:
        self.found = list(findings)

    async def of_run(self, tenant_id: UUID, run_id: UUID, agent: str, limit: int) -> list[tuple[UUID, str, Finding]]:
        return [(uuid4(), agent, finding) for finding in self.found]

    async def report(self, summary: str) -> None:
        self.said.append(summary)


async def findings_of(agent: Agent, views: Views) -> dict[str, list[Finding]]:
    """Return the agent's findings, check by check, each in the order of the agent."""
    kept = Kept()
    await analyse_views(uuid4(), uuid4(), agent, views=views, findings=kept, log=kept)
    found: dict[str, list[Finding]] = defaultdict(list)
    for finding in kept.found:
        found[finding.check].append(finding)
    return dict(found)
