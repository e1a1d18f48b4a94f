"""The JSON of AOA's REST API."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, Field

from aoa.domain.agents.agent import Agent
from aoa.domain.finding import Finding
from aoa.domain.run import Run, Step

Cell = str | int | float | bool | None


class StartBody(BaseModel):
    """What to run."""

    connection_ids: list[str] = Field(default_factory=list, description="Connections to sync; none means all active.")
    request_id: str = Field("", description="Repeating a request with the same id returns the same run.")


class StepOut(BaseModel):
    """One step of a run."""

    name: str
    state: str
    summary: str
    attempts: int
    start_time: datetime | None
    end_time: datetime | None

    @classmethod
    def of(cls, step: Step) -> "StepOut":
        """Show it."""
        return cls(
            name=step.name,
            state=step.state.value,
            summary=step.summary,
            attempts=step.attempts,
            start_time=step.started_at,
            end_time=step.ended_at,
        )


class RunOut(BaseModel):
    """A run with its steps in order."""

    id: str
    state: str
    steps: list[StepOut]
    error: str
    create_time: datetime
    end_time: datetime | None

    @classmethod
    def of(cls, run: Run) -> "RunOut":
        """Show it."""
        return cls(
            id=str(run.id),
            state=run.state.value,
            steps=[StepOut.of(step) for step in run.steps],
            error=run.error,
            create_time=run.created_at,
            end_time=run.ended_at,
        )


class RunPage(BaseModel):
    """A page of runs, newest first."""

    runs: list[RunOut]
    next_page_token: str


class AgentOut(BaseModel):
    """An agent and the views it reads."""

    name: str
    description: str
    consumes: list[str]

    @classmethod
    def of(cls, agent: Agent) -> "AgentOut":
        """Show it."""
        return cls(name=agent.name, description=agent.description, consumes=list(agent.consumes))


class AgentsOut(BaseModel):
    """All agents."""

    agents: list[AgentOut]


class FilterOut(BaseModel):
    """A condition as QueryView takes it."""

    column: str
    op: str
    values: list[str]


class FindingOut(BaseModel):
    """A figure, and the view and filters that select the rows behind it."""

    id: str
    run_id: str
    agent: str
    check: str
    severity: str
    title: str
    figure: str
    unit: str
    action: str
    view: str
    filters: list[FilterOut]
    evidence: list[dict[str, Cell]]

    @classmethod
    def of(cls, run_id: UUID, finding_id: UUID, agent: str, finding: Finding) -> "FindingOut":
        """Show it."""
        return cls(
            id=str(finding_id),
            run_id=str(run_id),
            agent=agent,
            check=finding.check,
            severity=finding.severity.value,
            title=finding.title,
            figure=finding.figure,
            unit=finding.unit,
            action=finding.action,
            view=finding.view,
            filters=[FilterOut(column=f.column, op=f.op, values=list(f.values)) for f in finding.filters],
            evidence=[dict(row) for row in finding.evidence],
        )


class FindingsOut(BaseModel):
    """Findings, gravest first; `run_id` is empty when no run has ended well yet."""

    run_id: str
    findings: list[FindingOut]

    @classmethod
    def of(cls, run_id: UUID | None, found: Sequence[tuple[UUID, str, Finding]]) -> "FindingsOut":
        """Show them."""
        if run_id is None:
            return cls(run_id="", findings=[])
        return cls(run_id=str(run_id), findings=[FindingOut.of(run_id, *one) for one in found])
