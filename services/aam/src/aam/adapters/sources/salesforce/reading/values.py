"""Answers as Arrow: JSON records of the REST API, CSV of the Bulk API."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.csv as pc

from aam.adapters.sources.salesforce.catalog import DELETED, SObject
from aam.domain.errors import Fault, SourceError

BLOCK_BYTES = 4 << 20
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


def from_csv(sobject: SObject, file: BinaryIO) -> Iterator[pa.RecordBatch]:
    """Rows of the Bulk API in batches; an empty text is null, for Salesforce stores no empty text."""
    schema = schema_of(sobject)
    if not file.read(1):
        return
    file.seek(0)
    try:
        reader = pc.open_csv(
            file,
            read_options=pc.ReadOptions(block_size=BLOCK_BYTES),
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
        yield from reader
    except (pa.ArrowInvalid, pa.ArrowKeyError) as error:
        raise _unreadable(sobject, str(error)) from None


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


def empty(sobject: SObject) -> pa.RecordBatch:
    """A batch without rows."""
    return pa.RecordBatch.from_pylist([], schema=schema_of(sobject))


__all__ = ["BLOCK_BYTES", "Record", "empty", "from_csv", "from_json", "schema_of"]
