"""Reading a stream into files: what is asked for, what comes out. Everything of `Extractor` blocks."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from aam.domain.connection import Stream
from aam.domain.landing import BatchName
from aam.domain.quarantine import Misfit
from aam.domain.steering import Span
from aam.ports.deliveries import Landed
from aam.ports.sources import Json, Source


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

    `snapshot`: the whole stream was read, be it `unchanged` or not; what lies in the landing of it are `landed_bytes`.
    `batches` are (name, rows) in order; `deleted` of their rows say that a record is gone. `version` is the source
    version of every row, or what no row is below when each has its own; `highest` is the highest of the stream.
    """

    batches: tuple[tuple[BatchName, int], ...] = ()
    misfits: tuple[Misfit, ...] = ()
    rows_read: int = 0
    unchanged: bool = False
    snapshot: bool = True
    version: int = 0
    highest: int = 0
    deleted: int = 0
    landed_bytes: int = 0
    cursor: Json = field(default_factory=dict)

    @property
    def published(self) -> int:
        """Announced records; those that are gone not counted."""
        return sum(rows for _, rows in self.batches) - self.deleted


@dataclass(frozen=True)
class KeptBatch:
    """One landed and projected batch: `rows` are canonical rows, of which `deleted` say that a record is gone."""

    name: BatchName
    rows: int
    deleted: int = 0
    misfits: int = 0


@dataclass(frozen=True)
class Checkpoint:
    """How far a reading has come: reading on from `state` gives exactly what its batches do not hold.

    `batches` are those since the checkpoint before; the other values are the whole reading's up to here. `last_row` is
    the record number of the last record, `highest` the highest version.
    """

    state: Json
    batches: tuple[KeptBatch, ...]
    rows_read: int
    last_row: int
    snapshot: bool
    highest: int
    mapping_version: int

    @property
    def index(self) -> int:
        """The index of the last batch."""
        return self.batches[-1].name.index


class Checkpoints(Protocol):
    """The checkpoints of one stream of one run. Every call blocks; raises `RunSuperseded` for a worker given up."""

    def load(self) -> list[Checkpoint]:
        """In order."""

    def save(self, checkpoint: Checkpoint) -> None:
        """Keep it durably, after the files of its batches."""

    def clear(self) -> None:
        """Forget them all: the stream is read from its beginning."""


class Pace(Protocol):
    """Holds readings back. Blocks."""

    def __call__(self, rows: int, progress: Progress) -> None:
        """Wait until so many rows more may have been read, or `progress` says to stop."""


@dataclass(frozen=True)
class Task:
    """One stream to be read in one run.

    `attempt` keeps the files of two workers apart when one was given up for dead and was not. With `holds_on_drift` a
    stream whose shape is not its baseline's is not read. Without `checkpoints` a reading that fails starts over. With
    `full_refresh` the saved cursor does not count; with a `span` only what lies in it is read, and the cursor stays.
    With `replay` the source is what has landed of it.
    """

    tenant_id: UUID
    connection_id: UUID
    run_id: UUID
    attempt: str
    stream: Stream
    holds_on_drift: bool = True
    checkpoints: Checkpoints | None = None
    pace: Pace | None = None
    full_refresh: bool = False
    span: Span | None = None
    replay: bool = False

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
        """Read, land and project one stream, from its last checkpoint on; on failure what has no checkpoint goes.

        Raises `SourceError`, `SchemaChanged`, `MappingInvalid`, `QuarantineFull`, `RunCancelled`.
        """

    def sample(self, task: Task, source: Source, rows: int) -> list[SampleColumn]:
        """Land the first rows of a stream and return them as texts, column by column. Raises `SourceError`."""

    def discard(self, task: Task, keep: Collection[str]) -> None:
        """Delete what all attempts of the run have written of the stream, except the keys to keep."""

    def landed(self, tenant_id: UUID, stream: Stream, landed: Sequence[Landed]) -> Source:
        """What has landed of a stream as a source; it refuses to be read where that is not all of it."""

    def drop(self, tenant_id: UUID, keys: Collection[str]) -> None:
        """Delete batches by the keys of their rows, with all that lies beside them; they may be gone already."""

    def forget(self, tenant_id: UUID, connection_id: UUID) -> None:
        """Delete everything landed for a connection."""
