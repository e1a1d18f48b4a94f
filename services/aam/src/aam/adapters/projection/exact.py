"""Texts that Arrow reads as exactly as the projection's SQL would, at a fraction of the cost: columns as a whole.

Arrow is not as strict as the SQL everywhere; what it would take otherwise is kept from it by the lengths of the texts.
A column with one value that does not fit stays text, and the SQL judges each value of it.
"""

import re
from collections import Counter
from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from aam.adapters.projection.handing import EXACT, MICROS
from aam.domain.mapping import FieldMapping, Transform

DIGITS = 19
"""Longest text of a number: no number without an exponent overflows."""
DATE_ONLY = 10
LOCAL, UTC, ZONED = 16, 20, 25
OFFSET = re.compile(rb"[+-](?:0\d|1[0-4]):[0-5]\d")
OFFSETS = 100
"""Shortest texts of a time that has minutes; with Z or an offset, seconds: Arrow takes `2026-01-01 12Z`."""


def readable(fields: Sequence[FieldMapping], key_columns: Sequence[str]) -> dict[str, Transform]:
    """The columns that may be read so, each by its one transform; what is a key stays the text that it is."""
    times = Counter(field.source for field in fields)
    return {
        field.source: field.transform
        for field in fields
        if times[field.source] == 1 and field.source not in key_columns and _usual(field.transform)
    }


def _usual(transform: Transform) -> bool:
    match transform.kind:
        case "decimal":
            return not (transform.thousands or transform.currency) and transform.decimal_separator in ("", ".")
        case "date":
            return not transform.format
        case "timestamp":
            return not transform.format and transform.timezone in ("", "UTC")
        case _:
            return False


def exact(column: pa.Array, transform: Transform) -> pa.Array | None:
    """The values of a text column in the type that `transform` reads them into; None where the SQL must."""
    lengths = pc.min_max(pc.binary_length(column)).as_py()
    if lengths["max"] is None:
        return None
    try:
        match transform.kind:
            case "decimal":
                return _decimals(column, lengths["max"])
            case "date":
                return column.cast(pa.date32())
            case _:
                return _moments(column, lengths["min"], lengths["max"])
    except pa.ArrowInvalid:
        return None


def _decimals(column: pa.Array, longest: int) -> pa.Array | None:
    """Arrow wraps around where an exponent is too large."""
    texts = bytes(column.buffers()[2] or b"")
    if longest > DIGITS or b"e" in texts or b"E" in texts:
        return None
    return column.cast(EXACT)


def _moments(column: pa.Array, shortest: int, longest: int) -> pa.Array | None:
    first = column[pc.index(column.is_valid(), True).as_py()].as_py()
    if any(sign in first[DATE_ONLY:] for sign in "Z+-"):
        return column.cast(MICROS) if _zoned(column, shortest) else None
    if shortest >= LOCAL or longest == shortest == DATE_ONLY:
        return column.cast(pa.timestamp("us")).cast(MICROS)
    return None


def _zoned(column: pa.Array, shortest: int) -> bool:
    """Whether all texts end in Z or an offset that some zone has: Arrow takes those of nearly a day as well."""
    if pc.all(pc.ends_with(column, "Z")).as_py():
        return shortest >= UTC
    offsets = pc.unique(pc.binary_slice(column.cast(pa.binary()), -6)).drop_null()
    told = len(offsets) <= OFFSETS and all(OFFSET.fullmatch(offset) for offset in offsets.to_pylist())
    return told and shortest >= ZONED
