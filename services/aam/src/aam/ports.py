"""What the use cases need from outside. Everything of `Source` and `Extractor` blocks: call it in a thread."""

from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as Map
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from aam.domain.connection import Connection, ConnectionState, Stream
from aam.domain.landing import BatchName
from aam.domain.mapping import Mapping
from aam.domain.quarantine import Misfit, QuarantinedRow
from aam.domain.run import RunState, StreamRun, SyncRun
from aam.domain.schema import StreamSchema

Json = Map[str, Any]
Arrow = Any  # an Arrow value: this file knows no library that holds one


@dataclass(frozen=True)
class DiscoveredStream:
    """A stream as found: its shape, or why it cannot be read."""

    name: str
    schema: StreamSchema | None
    error: str = ""


@dataclass(frozen=True)
class SourceBatch:
    """Rows as the source has them, the record number of each, and records that are no rows.

    `data` is a `pyarrow.RecordBatch`, `rows` an int64 `pyarrow.Array` of the same length.
    """

    data: Arrow
    rows: Arrow
    misfits: tuple[Misfit, ...] = ()


class StreamRead(Protocol):
    """One reading of one stream, from one consistent state of the source.

    `unchanged`: nothing is new since the cursor, and `batches` is empty. `snapshot`: the whole stream is read.
    `cursor()` is what to save, valid once `batches` is exhausted.
    """

    schema: StreamSchema
    file: str
    unchanged: bool
    snapshot: bool

    def batches(self) -> Iterator[SourceBatch]: ...

    def cursor(self) -> Json: ...


class Source(Protocol):
    """An opened source. Never writes to it. Raises `SourceError`."""

    location: str

    def check(self) -> None:
        """Raise unless the source can be reached and read."""

    def discover(self) -> list[DiscoveredStream]:
        """Every stream, readable or not, sorted by name."""

    def read(self, stream: str, cursor: Json) -> AbstractContextManager[StreamRead]:
        """Open one stream for reading from the cursor; an empty cursor reads from the beginning."""


class Connector(Protocol):
    """A kind of source. A new one is one adapter, one fixture, one test and one line in the registry."""

    name: str
    title: str

    def settings_schema(self) -> dict[str, Any]:
        """JSON Schema of the settings; secrets are marked `writeOnly`."""

    def split(self, settings: Json) -> tuple[dict[str, Any], dict[str, str]]:
        """Validated settings as (public, secret); raises `InvalidSettings`."""

    def open(self, public: Json, secret: Map[str, str]) -> Source:
        """The source behind the settings; connects only when used."""


@dataclass
class Progress:
    """Counts of a stream being read, written by its thread; `cancelled` asks the thread to stop."""

    rows_read: int = 0
    rows_published: int = 0
    rows_quarantined: int = 0
    cancelled: bool = False


@dataclass(frozen=True)
class Extraction:
    """What reading, landing and projecting one stream gave; nothing of it is announced yet.

    `batches` are (name, rows) in order. `version` is the source version of every row, 0 when each has its own.
    """

    batches: tuple[tuple[BatchName, int], ...] = ()
    misfits: tuple[Misfit, ...] = ()
    rows_read: int = 0
    unchanged: bool = False
    snapshot: bool = True
    version: int = 0
    cursor: Json = field(default_factory=dict)


@dataclass(frozen=True)
class Task:
    """One stream to be read in one run.

    `attempt` keeps the files of two workers apart when one was given up for dead and was not. With `holds_on_drift` a
    stream whose shape is not its baseline's is not read.
    """

    tenant_id: UUID
    connection_id: UUID
    run_id: UUID
    attempt: str
    stream: Stream
    holds_on_drift: bool = True

    def batch(self, index: int) -> BatchName:
        """The name of one of its batches."""
        return BatchName(self.connection_id, self.stream.name, self.run_id, self.attempt, index)


@dataclass(frozen=True)
class SampleColumn:
    """A column with its first values as texts, one a sampled row; a null is an empty text."""

    name: str
    type: str
    comment: str
    values: tuple[str, ...]


class Extractor(Protocol):
    """Reads streams into landing and canonical files."""

    def extract(self, task: Task, source: Source, progress: Progress) -> Extraction:
        """Read, land and project one stream; on failure nothing of it stays.

        Raises `SourceError`, `SchemaChanged`, `MappingInvalid`, `QuarantineFull`, `RunCancelled`.
        """

    def sample(self, task: Task, source: Source) -> list[SampleColumn]:
        """Land the first rows of a stream and return them as texts, column by column. Raises `SourceError`."""

    def forget(self, tenant_id: UUID, connection_id: UUID) -> None:
        """Delete everything landed for a connection."""


class Flags(Protocol):
    """Feature flags of tenants."""

    async def is_on(self, tenant_id: UUID, flag: str, default: bool) -> bool:
        """Tell whether the flag is on for the tenant; `default` where nobody can tell."""


class Mappings(Protocol):
    """DCL's mapping service."""

    async def propose(
        self, tenant_id: UUID, connection: Connection, schema: StreamSchema, stream: str, sample: Sequence[SampleColumn]
    ) -> None:
        """Ask for a proposal; DCL approves it now, or somebody does later."""

    async def in_force(self, tenant_id: UUID, connection_id: UUID, stream: str) -> Mapping | None:
        """The mapping version in force, if there is one."""


class Connectors(Protocol):
    """The connectors of this installation."""

    def all(self) -> list[Connector]:
        """Every connector, by name."""

    def get(self, name: str) -> Connector:
        """The connector of this name, or `UnknownConnector`."""


class Connections(Protocol):
    """Stored connections and streams; every call is one transaction of the tenant."""

    async def add(self, tenant_id: UUID, connection: Connection, secret: Map[str, str]) -> Connection:
        """Store it and queue the first look at its source. Raises `ConnectionExists`."""

    async def get(self, tenant_id: UUID, connection_id: UUID) -> Connection:
        """Raises `ConnectionNotFound`."""

    async def page(self, tenant_id: UUID, size: int, before: UUID | None) -> list[Connection]:
        """Newest first."""

    async def secret(self, tenant_id: UUID, connection_id: UUID) -> dict[str, str]:
        """The credentials, to open the source with. Raises `SourceError` when one of them cannot be located."""

    async def delete(self, tenant_id: UUID, connection_id: UUID) -> None:
        """With its streams, runs and quarantine. Raises `ConnectionNotFound`."""

    async def look_again(self, tenant_id: UUID, connection_id: UUID) -> None:
        """Queue another look at the source."""

    async def set_state(self, tenant_id: UUID, connection_id: UUID, state: ConnectionState, error: str) -> None:
        """What is wrong and what to do stands in `error`; empty when nothing is."""

    async def streams(self, tenant_id: UUID, connection_id: UUID) -> list[Stream]:
        """By name."""

    async def save_stream(self, tenant_id: UUID, stream: Stream) -> None:
        """Insert or update all but cursor and version, which only a run's commit moves."""

    async def drop_streams(self, tenant_id: UUID, connection_id: UUID, keep: list[str]) -> None:
        """Delete all others."""


class Runs(Protocol):
    """Stored runs; every call is one transaction of the tenant."""

    async def start(self, tenant_id: UUID, run: SyncRun) -> SyncRun:
        """Store and queue it, or return the one with its request id or the connection's active one."""

    async def get(self, tenant_id: UUID, run_id: UUID) -> SyncRun:
        """Raises `RunNotFound`."""

    async def page(self, tenant_id: UUID, connection_id: UUID | None, size: int, before: UUID | None) -> list[SyncRun]:
        """Newest first."""

    async def set_state(
        self, tenant_id: UUID, run_id: UUID, state: RunState, error: str, ended_at: datetime | None
    ) -> bool:
        """Move an active run on; False when it is not active any more."""

    async def save_stream_run(self, tenant_id: UUID, run_id: UUID, stream: StreamRun) -> bool:
        """Counts, or an end without data, of a stream not yet settled; False when the run is not active any more."""

    async def commit_stream(
        self, tenant_id: UUID, run: SyncRun, stream: Stream, done: StreamRun, extraction: Extraction
    ) -> bool:
        """Everything a stream's reading changes, with its events, at once; False when it was done before."""


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


Clock = Callable[[], datetime]
