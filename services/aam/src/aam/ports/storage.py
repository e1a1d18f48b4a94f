"""What is stored: connections with their streams, runs, quarantine."""

from collections.abc import Mapping as Map
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aam.domain.connection import Connection, ConnectionState, ConnectionSummary, Stream
from aam.domain.errors import Obstacle
from aam.domain.onboarding import Stage
from aam.domain.quarantine import QuarantinedRow
from aam.domain.run import RunState, StreamRun, SyncRun
from aam.ports.credentials import Credentials
from aam.ports.extraction import Checkpoint, Extraction


class Connections(Protocol):
    """Stored connections and streams; every call is one transaction of the tenant."""

    async def add(self, tenant_id: UUID, connection: Connection, secret: Map[str, str]) -> Connection:
        """Store it and, if it is PENDING, queue the first look at its source. Raises `ConnectionExists`."""

    async def get(self, tenant_id: UUID, connection_id: UUID) -> Connection:
        """Raises `ConnectionNotFound`."""

    async def page(
        self, tenant_id: UUID, size: int, before: UUID | None, stage: Stage | None = None
    ) -> list[ConnectionSummary]:
        """Newest first; of one stage of the funnel."""

    async def secret(self, tenant_id: UUID, connection_id: UUID) -> dict[str, str]:
        """The credentials, to open the source with. Raises `SourceError` when one of them cannot be located."""

    def credentials(self, tenant_id: UUID, connection_id: UUID) -> Credentials:
        """What sources of this connection renew their sessions with; called on the event loop."""

    async def replace(self, tenant_id: UUID, connection: Connection, secret: Map[str, str]) -> None:
        """Give the connection these settings and credentials, keep all else, and queue another look at its source."""

    async def delete(self, tenant_id: UUID, connection_id: UUID) -> None:
        """With its streams, runs and quarantine. Raises `ConnectionNotFound`."""

    async def look_again(self, tenant_id: UUID, connection_id: UUID) -> None:
        """Queue another look at the source."""

    async def promote(self, tenant_id: UUID, connection_id: UUID) -> None:
        """End Safe Mode, if it was not ended before, and queue another look."""

    async def set_state(
        self,
        tenant_id: UUID,
        connection_id: UUID,
        state: ConnectionState,
        error: str,
        obstacle: Obstacle = Obstacle.NONE,
    ) -> None:
        """What is wrong and what to do stands in `error`, empty when nothing is; `obstacle` is its kind if known."""

    async def streams(self, tenant_id: UUID, connection_id: UUID) -> list[Stream]:
        """By name."""

    async def save_stream(self, tenant_id: UUID, stream: Stream) -> None:
        """Insert or update all but cursor and version, which only a run's commit moves."""

    async def drop_streams(self, tenant_id: UUID, connection_id: UUID, keep: list[str]) -> None:
        """Delete all others."""


class StoredCheckpoints(Protocol):
    """Checkpoints of streams that are not settled; every call is one transaction of the tenant."""

    async def begin(self, tenant_id: UUID, run_id: UUID, stream: str, attempt: str) -> None:
        """Make this attempt the only one that may change the stream's run."""

    async def load(self, tenant_id: UUID, run_id: UUID, stream: str) -> list[Checkpoint]:
        """In order."""

    async def save(self, tenant_id: UUID, run_id: UUID, stream: str, attempt: str, checkpoint: Checkpoint) -> bool:
        """Add one; False when the attempt is not the last that began."""

    async def clear(self, tenant_id: UUID, run_id: UUID, stream: str, attempt: str) -> bool:
        """Delete all of the stream; False when the attempt is not the last that began."""

    async def sweep(self, tenant_id: UUID, run_id: UUID, stream: str) -> set[str]:
        """Delete all of the stream, which is settled or cancelled; return the object keys that its run announced."""


class Runs(Protocol):
    """Stored runs; every call is one transaction of the tenant."""

    @property
    def checkpoints(self) -> StoredCheckpoints:
        """How far streams that are not settled have come."""

    async def start(self, tenant_id: UUID, run: SyncRun) -> SyncRun:
        """Store and queue it, or return the one with its request id or the connection's open one.

        Raises `ConnectionPaused`.
        """

    async def get(self, tenant_id: UUID, run_id: UUID) -> SyncRun:
        """Raises `RunNotFound`."""

    async def page(self, tenant_id: UUID, connection_id: UUID | None, size: int, before: UUID | None) -> list[SyncRun]:
        """Newest first."""

    async def set_state(
        self, tenant_id: UUID, run_id: UUID, state: RunState, error: str, ended_at: datetime | None
    ) -> bool:
        """Move an active run on; False when it is not active any more."""

    async def cancel(self, tenant_id: UUID, run_id: UUID, ended_at: datetime) -> None:
        """End an open run, and see to it that somebody tidies up after it; nothing when it has ended."""

    async def save_stream_run(self, tenant_id: UUID, run_id: UUID, stream: StreamRun) -> bool:
        """Counts, or an end without data, of a stream not yet settled; False when the run is not active any more."""

    async def commit_stream(
        self, tenant_id: UUID, run: SyncRun, stream: Stream, done: StreamRun, extraction: Extraction, attempt: str
    ) -> bool:
        """Everything a stream's reading changes, with its events, at once.

        False when it was done before, the run is not active any more, or another attempt has begun.
        """


@dataclass(frozen=True)
class QuarantineFilter:
    """Which quarantined rows; None and the empty text mean all."""

    connection_id: UUID | None = None
    stream: str = ""


@dataclass(frozen=True)
class RefusalCount:
    """How many rows were refused for one reason."""

    stream: str
    column: str
    reason: str
    rows: int


class Quarantine(Protocol):
    """Stored misfits."""

    async def page(
        self, tenant_id: UUID, wanted: QuarantineFilter, size: int, after: tuple[UUID, str, int, UUID] | None
    ) -> list[QuarantinedRow]:
        """By connection, stream and row."""

    async def total(self, tenant_id: UUID, wanted: QuarantineFilter) -> int:
        """How many match."""

    async def reasons(self, tenant_id: UUID, connection_id: UUID) -> list[RefusalCount]:
        """Most rows first."""
