"""One reading of what changed in a table: changed rows as they are now, and the keys of those that are gone."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from aam.adapters.sources.postgres.catalog import CatalogTable, select_sql
from aam.adapters.sources.postgres.cursors import sealed
from aam.adapters.sources.postgres.keys import among, key_texts
from aam.adapters.sources.postgres.replication.drain import Changes
from aam.adapters.sources.postgres.rows import separated
from aam.adapters.sources.postgres.sessions import Sessions, hold_still
from aam.domain.errors import Fault, SourceError
from aam.domain.schema import StreamSchema
from aam.ports import Json, SourceBatch

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Cursor  # type: ignore[import-untyped]  # ships no types
    from psycopg import Connection

KEYS_AT_ONCE = 2_000
VISIBLE_SECONDS = 30.0
POLL_SECONDS = 0.002
OPEN_SQL = """
SELECT pg_catalog.txid_snapshot_xmax(s) AS next, ARRAY(SELECT pg_catalog.txid_snapshot_xip(s)) AS open
FROM pg_catalog.txid_current_snapshot() s
"""
WRAP = 1 << 32
"""The log has the lower half of a transaction's number."""


class Followed:
    """The rows are read by their keys, in one snapshot that is not older than any of the changes.

    So they come exactly as in a whole reading, whatever their types, whether the log had all of their values (those
    stored out of line are not in it) and whether the table had another shape when they were written. A row that changed
    a thousand times is read once, and what changes meanwhile is in the log again next time.
    """

    snapshot = False

    def __init__(
        self,
        table: CatalogTable,
        schema: StreamSchema,
        sessions: Sessions,
        fresh: "Connection[Any]",
        changes: Changes,
        place: Json,
    ) -> None:
        """`fresh` is a session that is in no transaction."""
        self.schema, self.file = schema, table.stream
        self.unchanged = not changes.keys
        self._table, self._sessions, self._fresh = table, sessions, fresh
        self._changes, self._place = changes, dict(place)

    def batches(self) -> Iterator[SourceBatch]:
        """In the order of the first changes; the last batch can be resumed after."""
        keys = list(self._changes.keys)
        if not keys:
            return
        number = 1
        with self._session() as session:
            hold_still(session, self._fresh, self._table)
            for start in range(0, len(keys), KEYS_AT_ONCE):
                group = keys[start : start + KEYS_AT_ONCE]
                session.execute(select_sql(self._table) + among(self._table, group))
                data = session.fetch_arrow_table().combine_chunks()
                rows = data.to_batches()[0] if data.num_rows else _empty(data.schema)
                last = start + KEYS_AT_ONCE >= len(keys)
                yield separated(self._table, rows, number, self.cursor() if last else None, self._gone(group, rows))
                number += rows.num_rows

    def cursor(self) -> Json:
        """The position after everything that was read."""
        return sealed(self._table, {**self._place, "lsn": self._changes.lsn})

    def _gone(self, group: Sequence[tuple[str, ...]], rows: pa.RecordBatch) -> pa.RecordBatch | None:
        found = set(key_texts(self._table, rows))
        missing = [key for key in group if key not in found]
        if not missing:
            return None
        names = [one.column.name for one in self._table.key]
        types = [rows.schema.field(name).type for name in names]
        texts = [pa.array(column, pa.string()) for column in zip(*missing, strict=True)]
        columns = [text.cast(kind) for text, kind in zip(texts, types, strict=True)]
        return pa.RecordBatch.from_arrays(columns, names=names)

    @contextmanager
    def _session(self) -> Iterator["Cursor"]:
        """A snapshot in which all transactions of the changes have ended."""
        with self._sessions.reader(self.file) as session:
            deadline = time.monotonic() + VISIBLE_SECONDS
            while True:
                session.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                session.execute(OPEN_SQL)
                (found,) = session.fetch_arrow_table().to_pylist()
                if self._visible(found["next"], found["open"]):
                    break
                if time.monotonic() > deadline:
                    raise SourceError(
                        f"{self.file}: changes of the log are still not visible after {VISIBLE_SECONDS:.0f} seconds.",
                        hint="Sync again; look whether a synchronous standby of the source is down.",
                        fault=Fault.TRANSIENT,
                        reason="SOURCE_TRANSACTION_OPEN",
                    )
                session.execute("ROLLBACK")
                time.sleep(POLL_SECONDS)
            yield session

    def _visible(self, following: int, still_open: Sequence[int]) -> bool:
        xids = self._changes.xids
        if xids & {xid % WRAP for xid in still_open}:
            return False
        # A number that lies ahead of the next one, in the half of the circle that is to come, has not begun here yet.
        return all((xid - following) % WRAP >= WRAP // 2 for xid in xids)


def _empty(schema: pa.Schema) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays([pa.array([], field.type) for field in schema], schema=schema)
