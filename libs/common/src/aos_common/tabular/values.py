"""Arrow columns as Python values, without the libraries that Arrow would need for some types."""

from typing import Any

import pyarrow as pa
import pyarrow.types as pt

__all__ = ["python_rows", "python_values"]


def python_values(column: pa.Array | pa.ChunkedArray) -> list[Any]:
    """Return a column's values; what `datetime` cannot hold comes as ISO text, not a digit lost.

    That is nanoseconds, and the whole column where a year is before 1 or after 9999.
    """
    try:
        return _values(column, _readable(column.type))
    except (OverflowError, ValueError):
        return _values(column, _readable(column.type, moments=True))


def _values(column: pa.Array | pa.ChunkedArray, kind: pa.DataType) -> list[Any]:
    values: list[Any] = (column if kind == column.type else column.cast(kind)).to_pylist()
    return values


def python_rows(batch: pa.RecordBatch | pa.Table) -> list[dict[str, Any]]:
    """Return rows as dictionaries, values as `python_values` gives them."""
    names = batch.schema.names
    columns = [python_values(column) for column in batch.columns]
    return [dict(zip(names, row, strict=True)) for row in zip(*columns, strict=True)]


def _readable(kind: pa.DataType, *, moments: bool = False) -> pa.DataType:
    if (pt.is_timestamp(kind) and (moments or kind.unit == "ns")) or (moments and pt.is_date(kind)):
        return pa.string()
    if pt.is_time64(kind) and kind.unit == "ns":
        return pa.string()
    if pt.is_duration(kind) and kind.unit == "ns":
        return pa.int64()
    if pt.is_list(kind):
        return pa.list_(kind.value_field.with_type(_readable(kind.value_type, moments=moments)))
    if pt.is_struct(kind):
        return pa.struct([field.with_type(_readable(field.type, moments=moments)) for field in kind])
    return kind
