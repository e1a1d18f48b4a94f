"""Rows as they are handed on, and those set aside because no column type downstream can hold them."""

import json
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from aam.adapters.sources.postgres.catalog import CatalogTable
from aam.domain.quarantine import Misfit
from aam.ports import Json, SourceBatch

REASONS = {"infinity": "the value is infinite", "NaN": "the value is not a number"}


def separated(
    table: CatalogTable, data: pa.RecordBatch, first: int, state: Json | None = None, deleted: pa.RecordBatch = None
) -> SourceBatch:
    """What `select_sql` gave, numbered from `first`; rows with a value out of reach are set aside."""
    numbers = pa.arange(first, first + data.num_rows)
    marks = data.column(data.num_columns - 1)
    columns = [_scaled(column, one.digits) for column, one in zip(data.columns[:-1], table.columns, strict=True)]
    rows = pa.RecordBatch.from_arrays(columns, names=data.schema.names[:-1])
    if marks.null_count == len(marks):
        return SourceBatch(rows, numbers, state=state, deleted=deleted)
    bad = pc.is_valid(marks)
    misfits = tuple(
        _misfit(table, number, json.loads(mark), row)
        for number, mark, row in zip(
            numbers.filter(bad).to_pylist(), marks.filter(bad).to_pylist(), rows.filter(bad).to_pylist(), strict=True
        )
    )
    good = pc.invert(bad)
    return SourceBatch(rows.filter(good), numbers.filter(good), misfits, state, deleted)


def _scaled(column: pa.Array, digits: tuple[int, int] | None) -> pa.Array:
    """A whole number of the last digit as the decimal it stands for."""
    if digits is None:
        return column
    wide = column.cast(pa.decimal128(19, 0))
    return pa.Array.from_buffers(pa.decimal128(*digits), len(wide), wide.buffers(), wide.null_count, wide.offset)


def _misfit(table: CatalogTable, number: int, texts: list[str | None], row: dict[str, Any]) -> Misfit:
    """The row with the true texts of what was read as null."""
    listed = zip(table.guarded, texts, strict=True)
    unheld = {name: text for name, text in listed if text is not None and row[name] is None}
    column, value = next(iter(unheld.items()))
    reason = REASONS.get(value.lstrip("-"), "the year is not between 1 and 9999")
    record = json.dumps({**row, **unheld}, default=str, ensure_ascii=False)
    return Misfit(table.stream, number, column, value, reason, record)
