"""Answers as Arrow: JSON records of the REST API, CSV of the Bulk API."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from typing import Any

import pyarrow as pa
import pyarrow.csv as pc

from aam.adapters.sources.salesforce.catalog import DELETED, SObject
from aam.domain.errors import Fault, SourceError

BLOCK_BYTES = 1 << 20
"""Parsed at once, which the processor's cache holds; four are one batch."""
RECORD_BYTES = 16 << 20
"""No record is larger: Salesforce allows an object's long texts 1,638,400 characters together."""
Record = Mapping[str, Any]


def schema_of(sobject: SObject) -> pa.Schema:
    """The stream's columns, and the mark of deleted records where there is one."""
    fields = [pa.field(one.name, one.type) for one in sobject.arrow]
    return pa.schema(fields + ([pa.field(DELETED, pa.bool_())] if sobject.has_deleted else []))


def from_json(sobject: SObject, records: Sequence[Record]) -> pa.RecordBatch:
    """Records of the REST API as one batch."""
    schema = schema_of(sobject)
    columns = [_column(one, [record.get(one.name) for record in records], sobject) for one in schema]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def from_csv(sobject: SObject, page: pa.Buffer) -> Iterator[pa.RecordBatch]:
    """Rows of the Bulk API in batches; an empty text is null, for Salesforce stores no empty text.

    Where a record is larger than a block, what follows the batches given is read again in larger ones. A buffer,
    not a file: Arrow reads ahead in a thread that may outlive its reader, and would move the place in a file.
    """
    if not page.size:
        return
    given = 0
    try:
        for rows in _joined(_blocks(sobject, page, BLOCK_BYTES)):
            yield rows
            given += rows.num_rows
    except pa.ArrowInvalid as error:
        if "straddling" not in str(error):
            raise _unreadable(sobject, str(error)) from None
    else:
        return
    try:
        for rows in _blocks(sobject, page, RECORD_BYTES):
            left = rows.slice(given)
            given -= rows.num_rows - left.num_rows
            if left.num_rows:
                yield left
    except pa.ArrowInvalid as error:
        raise (_too_large(sobject) if "straddling" in str(error) else _unreadable(sobject, str(error))) from None


def _blocks(sobject: SObject, page: pa.Buffer, size: int) -> Iterator[pa.RecordBatch]:
    schema = schema_of(sobject)
    try:
        yield from pc.open_csv(
            pa.BufferReader(page),
            read_options=pc.ReadOptions(block_size=size, use_threads=False),
            parse_options=pc.ParseOptions(newlines_in_values=True),
            convert_options=pc.ConvertOptions(
                column_types=schema,
                include_columns=schema.names,
                null_values=[""],
                strings_can_be_null=True,
                quoted_strings_can_be_null=True,
                true_values=["true"],
                false_values=["false"],
            ),
        )
    except pa.ArrowKeyError as error:
        raise _unreadable(sobject, str(error)) from None


def _joined(blocks: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    while some := list(islice(blocks, 4)):
        yield pa.concat_batches(some) if len(some) > 1 else some[0]


def _column(field: pa.Field, values: list[Any], sobject: SObject) -> pa.Array:
    convert = _converter(field.type)
    try:
        return pa.array([None if value is None else convert(value) for value in values], field.type)
    except (ValueError, TypeError, pa.ArrowException) as error:
        raise _unreadable(sobject, f"{field.name}: {error}") from None


def _converter(type_: pa.DataType) -> Callable[[Any], Any]:
    if pa.types.is_timestamp(type_):
        return lambda value: datetime.fromisoformat(value).astimezone(UTC)
    if pa.types.is_date(type_):
        return lambda value: date.fromisoformat(value[:10])
    if pa.types.is_integer(type_):
        return _whole
    if pa.types.is_floating(type_):
        return float
    if pa.types.is_boolean(type_):
        return _truth
    return lambda value: value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _whole(value: Any) -> int:
    whole = int(value)
    if whole != value:
        raise ValueError(f"{value} is no whole number")
    return whole


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError("no boolean")
    return value


def _unreadable(sobject: SObject, internal: str) -> SourceError:
    return SourceError(
        f"{sobject.name}: a value does not have its field's type.",
        hint="Sync again; if it stays so, exclude the field that the log of the mesh names.",
        fault=Fault.SYSTEM,
        internal=internal[:500],
        reason="SOURCE_FAILED",
    )


def _too_large(sobject: SObject) -> SourceError:
    return SourceError(
        f"{sobject.name}: a record is larger than {RECORD_BYTES >> 20} MiB.",
        hint="Exclude its long text fields.",
        reason="SOURCE_TOO_LARGE",
    )


def empty(sobject: SObject) -> pa.RecordBatch:
    """A batch without rows."""
    return pa.RecordBatch.from_pylist([], schema=schema_of(sobject))


__all__ = ["BLOCK_BYTES", "RECORD_BYTES", "Record", "empty", "from_csv", "from_json", "schema_of"]
