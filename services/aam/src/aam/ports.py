"""What the use cases need from outside. Everything of `Source` and `Extractor` blocks: call it in a thread."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from aam.domain.connection import Connection, Stream
from aam.domain.landing import BatchName
from aam.domain.quarantine import Misfit
from aam.domain.schema import StreamSchema

if TYPE_CHECKING:
    import pyarrow as pa

Json = Mapping[str, Any]


@dataclass(frozen=True)
class DiscoveredStream:
    """A stream as found: its shape, or why it cannot be read."""

    name: str
    schema: StreamSchema | None
    error: str = ""


@dataclass(frozen=True)
class SourceBatch:
    """Rows as the source has them, the record number of each (int64), and records that are no rows."""

    data: "pa.RecordBatch"
    rows: "pa.Array"
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

    def open(self, public: Json, secret: Mapping[str, str]) -> Source:
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
    """One stream to be read in one run."""

    tenant_id: UUID
    connection_id: UUID
    run_id: UUID
    stream: Stream


@dataclass(frozen=True)
class SampleColumn:
    """A column with texts of its first values, nulls left out."""

    name: str
    type: str
    comment: str
    values: tuple[str, ...]
    rows: int


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


class Mappings(Protocol):
    """DCL's mapping service."""

    async def propose(
        self, tenant_id: UUID, connection: Connection, stream: str, columns: Sequence[SampleColumn], key: Sequence[str]
    ) -> None:
        """Ask for a proposal; it is approved now or later."""

    async def in_force(self, tenant_id: UUID, connection_id: UUID, stream: str) -> "Any":
        """The mapping version in force as `domain.mapping.Mapping`, or None."""
