"""What of a PostgreSQL table lies in a range of its cursor column, or of its key where that is a number."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import pyarrow as pa

from aam.adapters.sources.postgres import reading
from aam.adapters.sources.postgres.catalog import CatalogTable, quoted, select_sql
from aam.adapters.sources.postgres.cursors import sealed, unsealed
from aam.adapters.sources.postgres.keys import beyond, last_key, ordered
from aam.adapters.sources.postgres.rows import separated
from aam.adapters.sources.spans.bounds import SPAN, of_span, told
from aam.domain.errors import BackfillRefused
from aam.domain.schema import StreamSchema
from aam.domain.steering import Bound, Span
from aam.ports import Json, SourceBatch

NUMBERS = frozenset({"int2", "int4", "int8", "numeric"})


class SpanRead:
    """The rows in the range, in the order of the key, so that the reading can be resumed after each batch."""

    unchanged = False

    def __init__(
        self, table: CatalogTable, schema: StreamSchema, reader: reading.Reader, span: Span, place: Json
    ) -> None:
        self.schema, self.file = schema, table.stream
        self._table, self._reader, self._span = table, reader, span
        self._condition = _condition(table, schema, span)
        saved = unsealed(table, place)
        goes_on = of_span(saved, span) and "load" in saved and ordered(table)
        self._after: list[str] | None = saved["load"] if goes_on else None
        self._read = int(saved["rows"]) if goes_on else 0
        self.snapshot = not goes_on

    def batches(self) -> Iterator[SourceBatch]:
        """In the order of the key; without one that can be ordered by text, in the server's and without states."""
        with self._reader() as session:
            if not ordered(self._table):
                for data in reading.arrow(session, f"{select_sql(self._table)} WHERE {self._condition}"):
                    yield self._batch(data, None)
                return
            while True:
                before = self._read
                rest = beyond(self._table, self._after, reading.CHUNK_ROWS, self._condition)
                for data in reading.arrow(session, select_sql(self._table) + rest):
                    self._after = last_key(self._table, data)
                    yield self._batch(data, self._after)
                if self._read - before < reading.CHUNK_ROWS:
                    return

    def _batch(self, data: pa.RecordBatch, after: list[str] | None) -> SourceBatch:
        first, self._read = self._read + 1, self._read + data.num_rows
        place = {SPAN: told(self._span), "load": after, "rows": self._read}
        return separated(self._table, data, first, sealed(self._table, place) if after else None)

    def cursor(self) -> Json:
        """None: the saved one stays."""
        return {}


def _condition(table: CatalogTable, schema: StreamSchema, span: Span) -> str:
    column = schema.cursor if isinstance(span.since, datetime) else _number(table)
    if not column:
        kind = "cursor column" if isinstance(span.since, datetime) else "key that is one number"
        raise BackfillRefused(
            f"{table.stream} has no {kind}.",
            hint="Name a cursor column in `cursors`, or give numbers of the key; else read it whole: full_refresh.",
        )
    name = f"{quoted(table.schema)}.{quoted(table.name)}.{quoted(column)}"
    return f"{name} >= {_literal(span.since)} AND {name} < {_literal(span.until)}"


def _number(table: CatalogTable) -> str:
    key = table.key
    return key[0].column.name if table.keyed and len(key) == 1 and key[0].base in NUMBERS else ""


def _literal(value: Bound) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else f"'{value.isoformat(sep=' ')}'"
