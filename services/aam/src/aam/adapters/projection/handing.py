"""Outputs of a projection that Arrow makes of whole columns, at a fraction of what the SQL costs.

Only where each value of a batch fits, and as the SQL would have made it; what is not among them is left to the SQL.
"""

from collections.abc import Mapping as Values
from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.types as pt

from aam.adapters.projection.expressions import EPOCH_BITS, READS_AS, known_texts
from aam.adapters.projection.families import plain
from aam.domain.mapping import FieldMapping, Mapping, Transform

MICROS = pa.timestamp("us", "UTC")
EXACT = pa.decimal128(38, 18)
IGNORED = frozenset({"_version", "_row", "_source"})
"""Of a stream's content: they say when and from where it was read, not what it says."""
FIRST_DAY = date(1, 1, 1).toordinal() - date(1970, 1, 1).toordinal()
LAST_DAY = date(9999, 12, 31).toordinal() - date(1970, 1, 1).toordinal()
DAY_MICROS = 24 * 60 * 60 * 1_000_000


def handed_on(
    data: pa.RecordBatch, mapping: Mapping, *, version: int = 0, version_column: str = ""
) -> dict[str, pa.Array]:
    """Outputs by their names; `version` and `version_column` as in `compile_mapping`."""
    columns = {name: plain(column) for name, column in zip(data.schema.names, data.columns, strict=True)}
    made: dict[str, pa.Array | None] = {
        field.attribute: _attribute(columns[field.source], field) for field in mapping.fields if field.source in columns
    }
    if len(mapping.key_columns) == 1 and mapping.key_columns[0] in columns:
        made["_key"] = _key(columns[mapping.key_columns[0]])
    if version_column and version_column in columns:  # a record's field may have the empty name
        made["_version"] = _versions(columns[version_column], version)
    if columns.keys() <= {field.source for field in mapping.fields}:
        made["_extras"] = pa.nulls(data.num_rows, pa.string())
    return {name: values for name, values in made.items() if values is not None}


def _attribute(column: pa.Array, field: FieldMapping) -> pa.Array | None:
    kind, target = field.transform.kind, READS_AS.get(field.type, field.type)
    if kind == "text" and target in ("text", "enum"):
        return _text(column)
    if kind == "enum" and target in ("text", "enum"):
        return _told(column, field.transform)
    return _same(column, kind) if kind == target else None


def _text(column: pa.Array) -> pa.Array | None:
    if pt.is_integer(column.type):
        return column.cast(pa.string())
    return column if pt.is_string(column.type) else None


def _told(column: pa.Array, transform: Transform) -> pa.Array | None:
    """The values that the texts are spelled to; a text in another case, or with blanks, is not looked up here."""
    known = known_texts(transform)
    if not pt.is_string(column.type) or not known:
        return None
    places = pc.index_in(column, pa.array(list(known), pa.string()))
    return None if places.null_count > column.null_count else pa.array(list(known.values()), pa.string()).take(places)


def _same(column: pa.Array, kind: str) -> pa.Array | None:
    """A column of the attribute's own type, or of one that it holds all values of."""
    has = column.type
    match kind:
        case "timestamp" if pt.is_timestamp(has) and has.unit == "us" and has.tz:
            moments = column.view(pa.int64())
            fits = _within(moments, FIRST_DAY * DAY_MICROS, (LAST_DAY + 1) * DAY_MICROS - 1)
            return column.cast(MICROS) if fits else None
        case "date" if pt.is_date32(has):
            return column if _within(column.view(pa.int32()), FIRST_DAY, LAST_DAY) else None
        case "decimal" if pt.is_integer(has) or holds_whole(has):
            return column.cast(EXACT)
        case "integer" if pt.is_integer(has) and not pt.is_uint64(has):
            return column.cast(pa.int64())
        case "boolean" if pt.is_boolean(has):
            return column
    return None


def _key(column: pa.Array) -> pa.Array | None:
    texts = None if column.null_count else _text(column)
    if texts is None or not len(texts) or not pc.min(pc.binary_length(texts)).as_py():
        return None
    return texts


def _versions(column: pa.Array, version: int) -> pa.Array | None:
    if column.null_count or not pt.is_timestamp(column.type) or column.type.unit != "us":
        return None
    moments = column.view(pa.int64())
    return pc.add(moments, version) if _within(moments, 0, (1 << EPOCH_BITS) - 1) else None


def _within(numbers: pa.Array, least: int, most: int) -> bool:
    found: Values[str, int | None] = pc.min_max(numbers).as_py()
    low, high = found["min"], found["max"]
    return low is None or high is None or (least <= low and high <= most)


def holds_whole(kind: pa.DataType) -> bool:
    """Whether an attribute's decimals hold every value of the type."""
    whole, scale = EXACT.precision - EXACT.scale, EXACT.scale
    return bool(pt.is_decimal128(kind)) and 0 <= kind.scale <= scale and kind.precision - kind.scale <= whole


def constant(value: str, rows: int) -> pa.Array:
    """A text for every row, kept once."""
    return pa.DictionaryArray.from_arrays(pa.repeat(pa.scalar(0, pa.int8()), rows), pa.array([value]))


def content_columns(names: Sequence[str], *, keyed: bool) -> list[str]:
    """The columns that a stream's content consists of; without a key, where a row stood is no part of it."""
    return [name for name in names if name not in IGNORED and (keyed or name != "_key")]
