"""Readings of one PostgreSQL table: rows above a cursor column, or all of them."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
import pyarrow.compute as pc

from aam.adapters.sources.postgres.catalog import CatalogTable, quoted, select_sql
from aam.adapters.sources.postgres.cursors import sealed, unsealed
from aam.adapters.sources.postgres.keys import beyond, last_key, ordered
from aam.adapters.sources.postgres.rows import separated
from aam.domain.errors import Fault, SourceError
from aam.domain.schema import StreamSchema
from aam.ports import Json, SourceBatch

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Cursor  # type: ignore[import-untyped]  # ships no types

BATCH_BYTES = 2 << 20
"""What the driver decodes at once."""
MIN_ROWS = 25_000
MAX_BYTES = 24 << 20
"""Of wide rows a batch has fewer."""
CHUNK_ROWS = 500_000
"""Rows that one statement of a whole reading gives."""
RECONNECTS = 3

Reader = Callable[[], AbstractContextManager["Cursor"]]
"""Opens a session; every one sees the same snapshot."""


class PostgresRead(Protocol):
    """A reading as the mesh sees it."""

    schema: StreamSchema
    file: str
    unchanged: bool
    snapshot: bool

    def batches(self) -> Iterator[SourceBatch]: ...

    def cursor(self) -> Json: ...


@dataclass
class Column:
    """Where a reading by the cursor column stands: never ahead of transactions that may still be open.

    The saved value stays `lag` behind the time at which the reading began, so that a transaction that was open
    meanwhile is not missed; rows read twice carry the same version.
    """

    name: str
    began: datetime
    lag: timedelta
    highest: datetime | None = None

    def remember(self, data: pa.RecordBatch) -> None:
        """Take note of the highest value."""
        highest = pc.max(data.column(data.schema.get_field_index(self.name))).as_py()
        if highest is not None:
            highest = highest if highest.tzinfo else highest.replace(tzinfo=UTC)
            self.highest = max(self.highest, highest) if self.highest else highest

    def cursor(self, saved: Json) -> Json:
        """The highest value, at most the reading's beginning less the lag."""
        if self.highest is None:
            return saved
        after = min(self.highest, self.began - self.lag)
        return {"column": self.name, "after": after.astimezone(UTC).isoformat(sep=" ")}

    @classmethod
    def above(cls, schema: StreamSchema, cursor: Json, now: datetime) -> datetime | None:
        """The cursor's value; None when it is none of this table, or of a time that the server has not reached."""
        if not schema.cursor or cursor.get("column") != schema.cursor:
            return None
        try:
            after = datetime.fromisoformat(str(cursor.get("after")))
        except ValueError:
            return None
        return after if after.tzinfo and after <= now else None


class Above:
    """The rows above the saved value of the cursor column, in one statement."""

    unchanged = snapshot = False

    def __init__(
        self, table: CatalogTable, schema: StreamSchema, reader: Reader, column: Column, saved: Json, after: datetime
    ) -> None:
        self.schema, self.file = schema, table.stream
        self._table, self._reader, self._column, self._saved = table, reader, column, dict(saved)
        self._after = after

    def batches(self) -> Iterator[SourceBatch]:
        """Batches in the server's order; row numbers count the rows read."""
        condition = f" WHERE {quoted(self.schema.cursor)} > '{self._after.isoformat(sep=' ')}'"
        first = 1
        with self._reader() as session:
            for data in arrow(session, select_sql(self._table) + condition):
                self._column.remember(data)
                yield separated(self._table, data, first)
                first += data.num_rows

    def cursor(self) -> Json:
        """The highest value read, bounded; the saved one when nothing was read."""
        return self._column.cursor(self._saved)


class Whole:
    """The whole table in one snapshot: in ranges of its key, so that it can be resumed after each batch.

    A reading that was broken off goes on after its last key in a snapshot of its own. What changed in the first part
    meanwhile comes with the next reading: by the slot or the cursor column, which both start from before the first
    part, or, where there is neither, because that reading is whole again.
    """

    unchanged = False

    def __init__(
        self, table: CatalogTable, schema: StreamSchema, reader: Reader, column: Column | None, begun: Json
    ) -> None:
        """`begun` is what `started` or a batch's state said; `column` the cursor column's place, if one is used."""
        self.schema, self.file = schema, table.stream
        self._table, self._reader, self._column, self._begun = table, reader, column, dict(begun)
        self._after: list[str] | None = self._begun.get("load")
        self.snapshot = self._after is None
        self._read = int(self._begun.get("rows", 0))
        if column is not None and self._after is not None:
            column.began = datetime.fromisoformat(self._begun["began"])
            column.highest = datetime.fromisoformat(self._begun["highest"]) if self._begun.get("highest") else None

    def batches(self) -> Iterator[SourceBatch]:
        """In the order of the key; without one that can be ordered by text, in the server's and without states."""
        if not ordered(self._table):
            with self._reader() as session:
                for data in arrow(session, select_sql(self._table)):
                    yield self._batch(data)
            return
        for attempt in range(RECONNECTS, -1, -1):
            try:
                with self._reader() as session:
                    while True:
                        before = self._read
                        query = select_sql(self._table) + beyond(self._table, self._after, CHUNK_ROWS)
                        for data in arrow(session, query):
                            self._after = last_key(self._table, data)
                            yield self._batch(data)
                        if self._read - before < CHUNK_ROWS:
                            return
            except SourceError as error:  # the connection broke; the snapshot lives as long as its holder
                if error.fault is not Fault.TRANSIENT or not attempt:
                    raise

    def _batch(self, data: pa.RecordBatch) -> SourceBatch:
        if self._column:
            self._column.remember(data)
        first, self._read = self._read + 1, self._read + data.num_rows
        return separated(self._table, data, first, self._state())

    def _state(self) -> Json | None:
        if self._after is None:
            return None
        place = {**self._begun, "load": self._after, "rows": self._read}
        if self._column:
            place["began"] = self._column.began.isoformat()
            place["highest"] = self._column.highest.isoformat() if self._column.highest else ""
        return sealed(self._table, place)

    def cursor(self) -> Json:
        """Where the next reading goes on: the slot's position, or the cursor column's; empty where there is neither."""
        if self._column:
            return self._column.cursor({})
        kept = {name: value for name, value in self._begun.items() if name not in ("load", "rows")}
        return sealed(self._table, kept) if kept else {}


def resumable(table: CatalogTable, cursor: Json) -> Json:
    """The state of a whole reading that was broken off; empty when the cursor is none."""
    saved = unsealed(table, cursor)
    return saved if "load" in saved and ordered(table) else {}


def arrow(session: "Cursor", query: str) -> Iterator[pa.RecordBatch]:
    """Batches of at least `MIN_ROWS` rows or `MAX_BYTES`, so that each lands as a file worth opening."""
    session.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)})
    session.execute(query)
    waiting: list[pa.RecordBatch] = []
    for batch in session.fetch_record_batch():
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= MIN_ROWS or sum(one.nbytes for one in waiting) >= MAX_BYTES:
            yield _joined(waiting)
            waiting = []
    if any(one.num_rows for one in waiting):
        yield _joined(waiting)


def _joined(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    return pa.concat_batches(batches) if len(batches) > 1 else batches[0]
