"""Reading a stream into files: what is asked for, what comes out. Everything of `Extractor` blocks."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from aam.domain.connection import Stream
from aam.domain.landing import BatchName
from aam.domain.quarantine import Misfit
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
