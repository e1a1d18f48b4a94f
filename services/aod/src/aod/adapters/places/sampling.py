"""Rows of a file counted, and an even sample of them as texts; memory stays bounded.

Loads Arrow: import it where a file is read, not at a process's start.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt
from aos_common.tabular import Layout, ReadOptions, TabularFormat, TabularReader, open_batches
from aos_common.tabular.values import python_values

from aod.domain.column_types import VALUE_LENGTH
from aod.domain.profile import sample_rows

SMALL_BYTES = 32 << 20
"""Files up to this size (an eighth of it when compressed) are read to the end, so that their rows are counted."""
UNKNOWN = -1


@dataclass(frozen=True)
class Sample:
    """Sampled rows by column: texts, None for null; `declared` types are empty where the format has none."""

    names: list[str]
    declared: list[str]
    columns: list[list[str | None]]
    rows: int
    looked_at: int


def count_and_sample(path: Path, layout: TabularFormat, sheet: str, size: int) -> Sample:
    """Count and sample a file or sheet; `rows` is -1 where counting costs a full read of a large file.

    Parquet is counted from its footer and sampled at its beginning. Raises the errors of `aos_common.tabular`.
    """
    if layout.layout is Layout.PARQUET:
        return _parquet(path, layout)
    reader = open_batches(path, layout=layout, sheet=sheet or None)
    thinned = _Thinned(sample_rows(len(reader.schema)))
    packed = layout.gzip or layout.layout is Layout.EXCEL
    whole = size <= (SMALL_BYTES // 8 if packed else SMALL_BYTES)
    rows = 0
    for batch in reader:
        rows += batch.data.num_rows + len(batch.rejected)
        thinned.add(batch.data)
        if not whole and rows >= thinned.limit:
            return _sample(reader, thinned.table(reader.schema), UNKNOWN, [""] * len(reader.schema))
    return _sample(reader, thinned.table(reader.schema), rows, [""] * len(reader.schema))


def _parquet(path: Path, layout: TabularFormat) -> Sample:
    reader = open_batches(path, layout=layout)
    limit = sample_rows(len(reader.schema))
    reader = open_batches(path, layout=layout, options=ReadOptions(batch_rows=limit))
    first = next((pa.Table.from_batches([batch.data]) for batch in reader), reader.schema.empty_table())
    rows = pq.read_metadata(path).num_rows
    return _sample(reader, first, rows, [_declared(field.type) for field in reader.schema])


def _sample(reader: TabularReader, table: pa.Table, rows: int, declared: list[str]) -> Sample:
    columns = [_texts(table.column(place)) for place in range(table.num_columns)]
    return Sample(list(reader.schema.names), declared, columns, rows, table.num_rows)


class _Thinned:
    """Keeps every n-th row, with n doubling whenever more than twice `limit` rows are held."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self._kept: list[pa.RecordBatch] = []
        self._stride, self._seen, self._held = 1, 0, 0

    def add(self, data: pa.RecordBatch) -> None:
        """Take the batch's share."""
        chosen = data.take(pa.array(range(-self._seen % self._stride, data.num_rows, self._stride), pa.int64()))
        self._seen += data.num_rows
        self._kept.append(_clipped(chosen))
        self._held += chosen.num_rows
        while self._held > 2 * self.limit:
            table = pa.Table.from_batches(self._kept).take(pa.array(range(0, self._held, 2), pa.int64()))
            self._kept, self._held, self._stride = table.combine_chunks().to_batches(), table.num_rows, self._stride * 2

    def table(self, schema: pa.Schema) -> pa.Table:
        """At most `limit` rows, evenly spread over all that were added."""
        table = pa.Table.from_batches(self._kept, schema)
        if self._held <= self.limit:
            return table
        return table.take(pa.array([place * self._held // self.limit for place in range(self.limit)], pa.int64()))


def _clipped(data: pa.RecordBatch) -> pa.RecordBatch:
    """Texts by their first characters: one huge value must not fill the memory."""
    columns = [pc.utf8_slice_codeunits(c, 0, VALUE_LENGTH) if pt.is_string(c.type) else c for c in data.columns]
    return pa.RecordBatch.from_arrays(columns, schema=data.schema)


def _declared(kind: pa.DataType) -> str:
    if pt.is_dictionary(kind):
        return _declared(kind.value_type)
    tests = (
        ("boolean", pt.is_boolean),
        ("integer", pt.is_integer),
        ("decimal", pt.is_floating),
        ("decimal", pt.is_decimal),
        ("date", pt.is_date),
        ("timestamp", pt.is_timestamp),
        ("time", pt.is_time),
        ("json", pt.is_nested),
    )
    return next((name for name, test in tests if test(kind)), "string")


def _texts(column: pa.ChunkedArray) -> list[str | None]:
    kind = column.type
    if pt.is_nested(kind):
        return _nested(column)
    if pt.is_dictionary(kind):
        return _texts(column.cast(kind.value_type))
    if pt.is_timestamp(kind) and kind.tz:
        # Without its zone the value is UTC, and no time zone database is needed to write it.
        plain = column.cast(pa.timestamp(kind.unit)).cast(pa.string()).to_pylist()
        return [None if value is None else f"{value}Z" for value in plain]
    texts: list[str | None] = pc.utf8_slice_codeunits(column.cast(pa.string()), 0, VALUE_LENGTH).to_pylist()
    return texts


def _nested(column: pa.ChunkedArray) -> list[str | None]:
    values = python_values(column)
    return [None if value is None else json.dumps(value, default=str)[:VALUE_LENGTH] for value in values]
