"""Sync runs: one reading of one connection, stream by stream."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from aam.domain.statistics import RunStats
from aam.domain.steering import RunPlan


class RunState(StrEnum):
    """The life of a run; a paused one keeps its checkpoints and its connection's place."""

    PENDING = "pending"
    RUNNING = "running"
    PAUSED = "paused"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


class StreamRunState(StrEnum):
    """What became of one stream in a run; `held` streams wait for a mapping or a decision about their shape."""

    PENDING = "pending"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    HELD = "held"


ACTIVE = (RunState.PENDING, RunState.RUNNING)
"""Workers may work on it."""
OPEN = (*ACTIVE, RunState.PAUSED)
"""It has not ended; a connection has one such run at most."""
SETTLED = (StreamRunState.SUCCEEDED, StreamRunState.FAILED, StreamRunState.HELD)


@dataclass(frozen=True)
class StreamRun:
    """What a run did with one stream; counts are rows."""

    stream: str
    state: StreamRunState = StreamRunState.PENDING
    rows_read: int = 0
    rows_published: int = 0
    rows_quarantined: int = 0
    batches: int = 0
    error: str = ""
    note: str = ""
    stats: RunStats = field(default_factory=RunStats, compare=False)


@dataclass(frozen=True)
class SyncRun:
    """One sync of one connection."""

    id: UUID
    connection_id: UUID
    state: RunState
    created_at: datetime
    ended_at: datetime | None = None
    error: str = ""
    streams: tuple[StreamRun, ...] = ()
    request_id: str = ""
    plan: RunPlan = field(default_factory=RunPlan)


def verdict(streams: list[StreamRun]) -> tuple[RunState, str]:
    """The end of a run and what to say about it: a failed stream fails the run, and disturbs no other stream."""
    failed = [stream for stream in streams if stream.state is StreamRunState.FAILED]
    if not failed:
        return RunState.SUCCEEDED, ""
    told = " ".join(f"{stream.stream}: {stream.error}" for stream in failed[:5])
    return RunState.FAILED, f"{len(failed)} of {len(streams)} streams failed. {told}"
