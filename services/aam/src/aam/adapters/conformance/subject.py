"""What the kit needs of a connector: a real source with known records that can be changed from outside."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from aam.domain.errors import InvalidSettings, SourceError
from aam.domain.schema import StreamSchema
from aam.ports import Connector, Json, Source, SourceBatch


class Subject(Protocol):
    """A connector with a filled source. A record is a dictionary by column name, as the connector should read it.

    `wrong` are settings with one thing wrong, by what it is. `carriers` says which Arrow type carries a declared type
    where the two names differ. `batches`: at least so many must come, so that there is something to resume between.
    `sees_changes` is false where every reading is whole, `sees_deletions` where a reading from a cursor tells of none.
    """

    connector: Connector
    settings: Json
    secrets: Sequence[str]
    wrong: Mapping[str, Json]
    stream: str
    primary_key: tuple[str, ...]
    carriers: Mapping[str, str]
    batches: int
    sees_deletions: bool

    def expected(self) -> Sequence[Json]:
        """Every record of the stream as it is now; some columns are enough, the key among them."""

    def change(self) -> Json:
        """Change one record at the source and return it."""

    def remove(self) -> Json:
        """Delete one record at the source and return it."""

    def beyond(self, cursor: Json) -> Json:
        """The cursor of a time or place that the source has not reached; empty when it cannot be told."""

    def content(self) -> str:
        """A digest of everything in the source, taken by other means than the connector."""


@dataclass(frozen=True)
class Taken:
    """One whole reading."""

    schema: StreamSchema
    batches: tuple[SourceBatch, ...]
    cursor: Json
    snapshot: bool
    unchanged: bool

    @property
    def rows(self) -> list[dict[str, Any]]:
        """The rows of all batches in order."""
        return [row for batch in self.batches for row in batch.data.to_pylist()]

    @property
    def gone(self) -> list[dict[str, Any]]:
        """The keys of all records that the reading says are gone."""
        return [key for batch in self.batches if batch.deleted is not None for key in batch.deleted.to_pylist()]


def opened(subject: Subject, settings: Json | None = None) -> Source:
    """The subject's source, opened anew."""
    return subject.connector.open(*subject.connector.split(settings or subject.settings))


def take(source: Source, stream: str, cursor: Json) -> Taken:
    """Read a stream to its end; cursors and states pass through JSON, as they do when they are stored."""
    with source.read(stream, cursor) as read:
        batches = tuple(read.batches())
        saved = stored(read.cursor())
        return Taken(read.schema, batches, saved, read.snapshot, read.unchanged)


def stored(cursor: Json) -> Json:
    """The cursor as it comes back from storage."""
    kept: Json = json.loads(json.dumps(dict(cursor), allow_nan=False))
    return kept


def same(row: Mapping[str, Any]) -> str:
    """A text that is equal for equal rows, also where they hold what is not a number."""
    return json.dumps(row, default=repr, sort_keys=True)


Given = TypeVar("Given")


def refused(action: Callable[[], Given]) -> tuple[Given | None, SourceError | InvalidSettings | None]:
    """What the action gives, or the named error that it is refused with; any other error is the connector's failure."""
    try:
        return action(), None
    except (SourceError, InvalidSettings) as error:
        return None, error
