"""What AOA's use cases need from outside."""

from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aoa.domain.finding import Finding
from aoa.domain.flow import Position, Signal, Told
from aoa.domain.question import Aggregate, Answer, Query, Sizes
from aoa.domain.run import PipelineOrder, Run, RunState, StepState
from aoa.domain.sync import Connection, Sync

Clock = Callable[[], datetime]


class Runs(Protocol):
    """Runs and their steps, kept for people to see."""

    async def add(self, tenant_id: UUID, run: Run) -> Run:
        """Store a run with its steps; return the earlier run when its request id is taken."""
        ...

    async def get(self, tenant_id: UUID, run_id: UUID) -> Run | None:
        """Return one run."""
        ...

    async def newest(self, tenant_id: UUID, limit: int, before: UUID | None = None) -> list[Run]:
        """Return runs, newest first, older than `before`."""
        ...

    async def newest_in(self, tenant_id: UUID, state: RunState, *, besides: UUID | None = None) -> Run | None:
        """Return the newest run in a state, other than `besides`."""
        ...

    async def forget(self, tenant_id: UUID, run_id: UUID) -> None:
        """Delete a run that never began."""
        ...

    async def begin_step(self, tenant_id: UUID, run_id: UUID, step: str, now: datetime) -> bool:
        """Mark a step as running and count the attempt; False when the run is gone or over."""
        ...

    async def report_step(self, tenant_id: UUID, run_id: UUID, step: str, summary: str) -> None:
        """Say how far a running step has come."""
        ...

    async def end_step(
        self, tenant_id: UUID, run_id: UUID, step: str, state: StepState, summary: str, now: datetime
    ) -> None:
        """End a running step."""
        ...

    async def finish(self, tenant_id: UUID, run_id: UUID, state: RunState, error: str, now: datetime) -> bool:
        """End a run that is active, and with it the steps still open; False when it was over before."""
        ...


class Findings(Protocol):
    """What agents found."""

    async def replace(self, tenant_id: UUID, run_id: UUID, agent: str, findings: Sequence[Finding]) -> None:
        """Make these the findings of an agent in a run, in this order, in place of earlier ones."""
        ...

    async def of_run(self, tenant_id: UUID, run_id: UUID, agent: str, limit: int) -> list[tuple[UUID, str, Finding]]:
        """Return (id, agent, finding), gravest first; an empty `agent` means all."""
        ...


class Pipelines(Protocol):
    """The durable workflow behind runs; one may be active per tenant."""

    async def start(self, order: PipelineOrder) -> str:
        """Start the tenant's pipeline unless one is active; return the id of the run that is active now.

        Raise `DependencyUnavailable`.
        """
        ...

    async def cancel(self, tenant_id: UUID, run_id: UUID) -> bool:
        """Ask the run's workflow to stop; False when there is none. Raise `DependencyUnavailable`."""
        ...


class Mesh(Protocol):
    """AAM, on behalf of a tenant."""

    async def connections(self, tenant_id: UUID) -> list[Connection]:
        """Return the tenant's connections, at most 1,000."""
        ...

    async def start_sync(self, tenant_id: UUID, connection: Connection, request_id: str) -> Sync:
        """Start a sync, or return the one of the request id, or the active one."""
        ...

    async def sync(self, tenant_id: UUID, connection: Connection, run_id: str) -> Sync:
        """Return a sync as it is now."""
        ...

    async def earlier_syncs(self, tenant_id: UUID, connection: Connection) -> list[Sync]:
        """Return the connection's latest syncs, newest first, at most 50."""
        ...


class Views(Protocol):
    """DCL's unified views, read on behalf of a tenant and under an agent's name, which lineage shows."""

    async def sizes(self, tenant_id: UUID) -> Sizes:
        """Return the rows of each view."""
        ...

    async def aggregate(self, tenant_id: UUID, agent: str, question: Aggregate) -> Answer:
        """Compute figures over groups."""
        ...

    async def query(self, tenant_id: UUID, agent: str, question: Query) -> Answer:
        """Return rows."""
        ...


class Ingestions(Protocol):
    """How far DCL has come with what syncs announced."""

    async def progress(self, tenant_id: UUID, run_ids: Sequence[str]) -> tuple[int, int]:
        """Return the streams announced and the streams applied."""
        ...


class FlowFeed(Protocol):
    """The tenant's flow events, live."""

    def stale_seconds(self) -> float:
        """How long ago the streams were read last."""
        ...

    def newest(self, tenant_id: UUID, most: int) -> tuple[Sequence[Told], Position]:
        """Return the newest events, newest first, and the position after them."""
        ...

    def follow(
        self, tenant_id: UUID, position: Position | None, patience: float
    ) -> AsyncIterator[Sequence[Told | Signal]]:
        """Yield what comes after a position (without one: from now on), and QUIET after `patience` silent seconds.

        What has come meanwhile is one sequence.

        MISSED says that some of it is gone. Raises Overloaded.
        """
        ...


class Neighbours(Protocol):
    """The platform's services."""

    async def states(self) -> dict[str, str]:
        """Return for each service whether it is ready, not ready or away."""
        ...


class StepLog(Protocol):
    """Where a step of a run says how far it has come; also the sign of life of its worker."""

    async def report(self, summary: str) -> None:
        """Say it."""
        ...
