"""Arrow types sorted into the few families that transforms care about."""

from enum import StrEnum

import pyarrow as pa
import pyarrow.types as pt

MAX_SCALE = 18


class Family(StrEnum):
    """How DuckDB sees a source column."""

    TEXT = "text"
    INTEGER = "integer"
    FLOAT = "float"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIMESTAMP = "timestamp"
    TIMESTAMP_TZ = "timestamptz"
    NANOS = "nanos"
    OTHER = "other"
    NESTED = "nested"


def family_of(kind: pa.DataType) -> Family:
    """The family of an Arrow type, after `plain` has been applied."""
    tests = (
        (pt.is_string, Family.TEXT),
        (pt.is_integer, Family.INTEGER),
        (pt.is_floating, Family.FLOAT),
        (pt.is_decimal, Family.DECIMAL),
        (pt.is_boolean, Family.BOOLEAN),
        (pt.is_date, Family.DATE),
        (pt.is_nested, Family.NESTED),
    )
    if pt.is_timestamp(kind):
        if kind.unit == "ns":
            return Family.NANOS
        return Family.TIMESTAMP_TZ if kind.tz else Family.TIMESTAMP
    return next((family for test, family in tests if test(kind)), Family.OTHER)


def plain(column: pa.Array) -> pa.Array:
    """The column in a type that DuckDB reads without loss: encodings undone, oversized decimals as text."""
    kind = column.type
    if pt.is_dictionary(kind):
        return plain(column.dictionary_decode())
    if pt.is_large_string(kind) or pt.is_string_view(kind) or pt.is_null(kind):
        return column.cast(pa.string())
    if pt.is_float16(kind):
        return column.cast(pa.float32())
    if pt.is_decimal(kind) and (kind.precision > 38 or kind.scale > MAX_SCALE or kind.scale < 0):
        return column.cast(pa.string())
    if pt.is_timestamp(kind) and kind.unit == "ns" and kind.tz:
        return column.cast(pa.timestamp("ns"))
    return column


def plain_type(kind: pa.DataType) -> pa.DataType:
    """The type that `plain` gives to a column of this type."""
    return plain(pa.array([], kind)).type
