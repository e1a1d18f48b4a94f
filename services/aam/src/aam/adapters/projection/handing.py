"""What a projection need not compute: columns whose values are an attribute's as they stand, and constants."""

from collections.abc import Sequence

import pyarrow as pa

from aam.adapters.projection.families import plain_type
from aam.domain.mapping import FieldMapping

MICROS = pa.timestamp("us", "UTC")
EXACT = pa.decimal128(38, 18)
IGNORED = frozenset({"_version", "_row", "_source"})
"""Of a stream's content: they say when and from where it was read, not what it says."""


def handed_on(field: FieldMapping, kind: pa.DataType) -> pa.DataType | None:
    """The Arrow type of an attribute that a column of type `kind` holds as it stands; None when it is computed."""
    kind, transform = plain_type(kind), field.transform.kind
    if transform == "text" and kind == pa.string() and field.type in ("text", "string", "enum"):
        return kind
    if transform != field.type:
        return None
    if transform == "timestamp" and pa.types.is_timestamp(kind) and kind.unit == "us" and kind.tz:
        return MICROS
    if transform == "decimal" and holds_whole(kind):
        return EXACT
    same = {"date": pa.date32(), "integer": pa.int64(), "boolean": pa.bool_()}
    return kind if same.get(transform) == kind else None


def holds_whole(kind: pa.DataType) -> bool:
    """Whether an attribute's decimals hold every value of the type."""
    whole, scale = EXACT.precision - EXACT.scale, EXACT.scale
    return bool(pa.types.is_decimal128(kind)) and 0 <= kind.scale <= scale and kind.precision - kind.scale <= whole


def constant(value: str, rows: int) -> pa.Array:
    """A text for every row, kept once."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), rows), pa.array([value]))


def content_columns(names: Sequence[str], *, keyed: bool) -> list[str]:
    """The columns that a stream's content consists of; without a key, where a row stood is no part of it."""
    return [name for name in names if name not in IGNORED and (keyed or name != "_key")]
