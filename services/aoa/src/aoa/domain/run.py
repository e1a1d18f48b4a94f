"""Runs of the pipeline: their steps in order, as data, and the states both can be in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

ANALYSE = "analyse:"
AGENTS = ("finops", "revops")
STEPS = ("sync", "unify", *(f"{ANALYSE}{agent}" for agent in AGENTS))
"""Names of a run's steps, in their order."""


class RunState(StrEnum):
    """The life of a run."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StepState(StrEnum):
    """The life of a step."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Step:
    """One step of a run; `attempts` counts how often it was begun."""

    name: str
    state: StepState = StepState.PENDING
    summary: str = ""
    attempts: int = 0
    started_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True)
class Run:
    """One run of the pipeline."""

    id: UUID
    state: RunState
    created_at: datetime
    connection_ids: tuple[str, ...] = ()
    request_id: str = ""
    error: str = ""
    ended_at: datetime | None = None
    steps: tuple[Step, ...] = tuple(Step(name) for name in STEPS)


@dataclass(frozen=True)
class PipelineOrder:
    """What the durable workflow is told; plain values, for it is kept as JSON. It never holds a token."""

    tenant_id: str
    run_id: str
    connection_ids: list[str]
    heartbeat_seconds: float


@dataclass(frozen=True)
class StepOrder:
    """What one step is told."""

    tenant_id: str
    run_id: str
    step: str
    connection_ids: list[str]


@dataclass(frozen=True)
class Verdict:
    """How a run ended; `step` is the one whose failure `error` tells, empty when none."""

    tenant_id: str
    run_id: str
    state: str
    error: str = ""
    step: str = ""


def leftovers(state: RunState) -> tuple[StepState, StepState, str]:
    """The states that running and pending steps take on when the run ends so, and what to say about the pending."""
    if state is RunState.CANCELLED:
        return StepState.CANCELLED, StepState.CANCELLED, "the run was cancelled"
    return StepState.FAILED, StepState.SKIPPED, "an earlier step failed"
