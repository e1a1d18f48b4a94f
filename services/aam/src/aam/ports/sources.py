"""Sources and the connectors that open them. Everything of a source blocks: call it in a thread."""

from collections.abc import Iterator
from collections.abc import Mapping as Map
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from aam.domain.quarantine import Misfit
from aam.domain.schema import StreamSchema
from aam.domain.steering import Span

Json = Map[str, Any]
Arrow = Any  # an Arrow value: this file knows no library that holds one


@dataclass(frozen=True)
class DiscoveredStream:
    """A stream as found: its shape, or why it cannot be read.

    `documentation` is what the source says the stream is; `cursors` are the columns it could be read by, of which
    `schema.cursor` is the one in use. Both are empty where the source tells nothing.
    """

    name: str
    schema: StreamSchema | None
    error: str = ""
    documentation: str = ""
    cursors: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceBatch:
    """Rows as the source has them, the record number of each, and records that are no rows.

    `data` is a `pyarrow.RecordBatch`, `rows` an int64 `pyarrow.Array` of the same length. `state` is the cursor from
    which `Source.read` gives exactly what comes after this batch (at least once where the source orders by time);
    None where only the reading's end has one. `deleted` is a `pyarrow.RecordBatch` of the key columns of records that
    are gone from the source, or None; it applies after `data`. A batch may have deletions alone.
    """

    data: Arrow
    rows: Arrow
    misfits: tuple[Misfit, ...] = ()
    state: Json | None = None
    deleted: Arrow | None = None


class StreamRead(Protocol):
    """One reading of one stream, from one consistent state of the source.

    `unchanged`: nothing is new since the cursor, and `batches` is empty. `snapshot`: the whole stream is read; False
    when what was read up to the cursor still stands, be it an earlier reading or the first part of this one (`state`).
    Every batch has the columns of `schema`; a source that meets another column while it reads raises a transient
    `SourceError`, and the next reading declares it. `cursor()` is what to save, valid once `batches` is exhausted.
    """

    schema: StreamSchema
    file: str
    unchanged: bool
    snapshot: bool

    def batches(self) -> Iterator[SourceBatch]: ...

    def cursor(self) -> Json: ...


class Source(Protocol):
    """An opened source. Never writes to it. Raises `SourceError`, whose `fault` is config, transient or system."""

    location: str

    def check(self) -> None:
        """Raise unless the source can be reached and read."""

    def discover(self) -> list[DiscoveredStream]:
        """Every stream, readable or not, sorted by name."""

    def read(self, stream: str, cursor: Json) -> AbstractContextManager[StreamRead]:
        """Open one stream for reading from the cursor; an empty cursor reads from the beginning.

        A cursor that this stream never gave (garbage, another connector's, one of a time to come) is refused with a
        `SourceError` or reads everything; it never hides a row.
        """


@runtime_checkable
class SchemalessSource(Source, Protocol):
    """A source that declares no shape: what it finds in a sample would differ a little from reading to reading."""

    def read_as(self, stream: str, cursor: Json, known: StreamSchema | None) -> AbstractContextManager[StreamRead]:
        """Open one stream in the shape accepted for it; differs from it where the source has clearly changed."""


@runtime_checkable
class RangedSource(Source, Protocol):
    """A source that can read again what lies in a range."""

    def read_span(
        self, stream: str, span: Span, place: Json, known: StreamSchema | None
    ) -> AbstractContextManager[StreamRead]:
        """Open what of the stream lies in the span: by its cursor column, or by what stands for one.

        `place` is empty or the state of one of its batches; the reading's `snapshot` says that it begins at the span's
        beginning. It tells of no deletion, and its cursor is of no use. Raises `BackfillRefused` where the stream has
        nothing that could be compared with the span.
        """


@runtime_checkable
class WritableSource(Source, Protocol):
    """A source that can also be corrected. Only an approved action calls `update`; reading never writes."""

    def update(self, stream: str, key: Json, values: Json) -> None:
        """Set the columns of the one record that has the key. Raises `SourceError`; then nothing was changed."""


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


@runtime_checkable
class HoldingConnector(Connector, Protocol):
    """A connector whose connections can hold something at their source, such as a replication slot."""

    def held(self, public: Json) -> str:
        """Name what a connection with these settings holds; "" when it holds nothing."""

    def release(self, public: Json, secret: Map[str, str]) -> None:
        """Give it up; it may be gone already. Raises `SourceError` when the source cannot be reached."""


class Connectors(Protocol):
    """The connectors of this installation."""

    def all(self) -> list[Connector]:
        """Every connector, by name."""

    def get(self, name: str) -> Connector:
        """The connector of this name, or `UnknownConnector`."""
