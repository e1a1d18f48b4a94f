"""One reading of one PostgreSQL table."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from aam.adapters.sources.postgres_catalog import CatalogTable, quoted, select_sql
from aam.domain.quarantine import Misfit
from aam.domain.schema import StreamSchema
from aam.ports import Json, SourceBatch

if TYPE_CHECKING:
    from adbc_driver_postgresql.dbapi import Cursor  # type: ignore[import-untyped]  # ships no types

BATCH_BYTES = 4 << 20
MIN_ROWS = 32_768


class PostgresRead:
    """Rows of one snapshot in batches; at most a batch and the driver's buffer are in memory.

    With a cursor column, rows above the saved value are read. The saved value stays `lag_seconds` behind the snapshot,
    so that a transaction that was open meanwhile is not missed; rows read twice carry the same version.
    """

    def __init__(
        self, table: CatalogTable, schema: StreamSchema, session: "Cursor", cursor: Json, *, lag_seconds: int
    ) -> None:
        self.schema, self.file = schema, table.stream
        self._table, self._session, self._saved = table, session, dict(cursor)
        self._lag = timedelta(seconds=lag_seconds)
        self._now = self._source_time()
        self._after = self._saved_time() if schema.cursor else None
        if self._after is None:
            self._saved = {}
        self.snapshot = self._after is None
        self.unchanged = False
        self._highest: datetime | None = None

    def _source_time(self) -> datetime:
        self._session.execute("SELECT pg_catalog.now()")
        row = self._session.fetchone()
        assert row is not None
        now: datetime = row[0]
        return now

    def _saved_time(self) -> datetime | None:
        """The cursor's value; None when it is none of this table, or of a time that the server has not reached."""
        if self._saved.get("column") != self.schema.cursor:
            return None
        try:
            after = datetime.fromisoformat(str(self._saved.get("after")))
        except ValueError:
            return None
        return after if after.tzinfo and after <= self._now else None

    def batches(self) -> Iterator[SourceBatch]:
        """Batches in the server's order; row numbers count the rows read."""
        query = select_sql(self._table)
        if self._after:
            query += f" WHERE {quoted(self.schema.cursor)} > '{self._after.isoformat(sep=' ')}'"
        self._session.adbc_statement.set_options(**{"adbc.postgresql.batch_size_hint_bytes": str(BATCH_BYTES)})
        self._session.execute(query)
        first = 1
        for data in _combined(self._session.fetch_record_batch()):
            if self.schema.cursor:
                self._remember(data.column(data.schema.get_field_index(self.schema.cursor)))
            numbers = pa.array(range(first, first + data.num_rows), pa.int64())
            first += data.num_rows
            yield self._separated(data, numbers)

    def _remember(self, column: pa.Array) -> None:
        highest = pc.max(column).as_py()
        if highest is not None:
            highest = highest if highest.tzinfo else highest.replace(tzinfo=UTC)
            self._highest = max(self._highest, highest) if self._highest else highest

    def _separated(self, data: pa.RecordBatch, numbers: pa.Array) -> SourceBatch:
        """Rows with a date or time that no column type downstream can hold are set aside."""
        marks = data.column(data.num_columns - 1)
        rows = pa.RecordBatch.from_arrays(data.columns[:-1], names=data.schema.names[:-1])
        if marks.null_count == len(marks):
            return SourceBatch(rows, numbers)
        bad = pc.is_valid(marks)
        misfits = tuple(
            self._misfit(number, json.loads(mark), row)
            for number, mark, row in zip(
                numbers.filter(bad).to_pylist(),
                marks.filter(bad).to_pylist(),
                rows.filter(bad).to_pylist(),
                strict=True,
            )
        )
        good = pc.invert(bad)
        return SourceBatch(rows.filter(good), numbers.filter(good), misfits)

    def _misfit(self, number: int, texts: list[str | None], row: dict[str, Any]) -> Misfit:
        """The row with the true texts of what was read as null."""
        listed = zip(self._table.temporal, texts, strict=True)
        unheld = {name: text for name, text in listed if text is not None and row[name] is None}
        column, value = next(iter(unheld.items()))
        reason = "the value is infinite" if value.endswith("infinity") else "the year is not between 1 and 9999"
        return Misfit(self.file, number, column, value, reason, _record({**row, **unheld}))

    def cursor(self) -> Json:
        """The highest cursor value read, at most the snapshot's time less the lag; empty without a cursor column."""
        if not self.schema.cursor:
            return {}
        safe = self._now - self._lag
        if self._highest is None:
            return self._saved
        return {"column": self.schema.cursor, "after": min(self._highest, safe).astimezone(UTC).isoformat(sep=" ")}


def _combined(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
    """Batches of at least `MIN_ROWS` rows, so that each lands as a file worth opening; extension types unwrapped."""
    waiting: list[pa.RecordBatch] = []
    for batch in reader:
        waiting.append(batch)
        if sum(one.num_rows for one in waiting) >= MIN_ROWS:
            yield _merge(waiting)
            waiting = []
    if any(one.num_rows for one in waiting):
        yield _merge(waiting)


def _merge(batches: list[pa.RecordBatch]) -> pa.RecordBatch:
    merged: pa.RecordBatch = pa.concat_batches(batches)
    return merged


def _record(row: dict[str, Any]) -> str:
    return json.dumps(row, default=str, ensure_ascii=False)


__all__ = ["PostgresRead"]
