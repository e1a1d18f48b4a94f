"""A mapping version compiled against a stream's columns: one SELECT per batch."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import pyarrow as pa

from aam.adapters.projection.expressions import (
    EPOCH_BITS,
    EXPRESSIONS,
    READS_AS,
    SQL_TYPES,
    as_text,
    identifier,
    literal,
)
from aam.adapters.projection.families import Family, family_of, plain_type
from aam.domain.errors import MappingInvalid
from aam.domain.mapping import FieldMapping, Mapping

ROW = "r"
BATCH = "batch"
KEY_MISSING = -1
WIDER = {("integer", "decimal"), ("date", "timestamp"), ("enum", "text"), ("text", "enum"), ("json", "text")}


@dataclass(frozen=True)
class Program:
    """The compiled projection.

    `sql` reads a relation `batch` with the source columns as c0, c1, … (in the order of `columns`) and the record
    number as `r`. Its result has those of `outputs` (`_key`, `_version`, `_source`, `_row`, the attributes, `_extras`)
    that are computed, and `_bad`: NULL, the index of the first field that does not fit, or `KEY_MISSING`. It is empty
    when there is nothing to compute. `version` is every row's, where `_version` is not computed.
    """

    sql: str
    columns: tuple[str, ...]
    fields: tuple[FieldMapping, ...]
    key_columns: tuple[str, ...]
    outputs: tuple[str, ...]
    source: str
    version: int


@dataclass(frozen=True)
class _Source:
    position: int
    family: Family

    @property
    def raw(self) -> str:
        return f"c{self.position}"

    @property
    def trimmed(self) -> str:
        return f"t{self.position}"

    @property
    def trimming(self) -> str:
        return f"nullif(trim({as_text(self.raw, self.family)}), '')"


def compile_mapping(
    mapping: Mapping,
    schema: pa.Schema,
    *,
    source: str,
    file: str,
    version: int,
    version_column: str = "",
    made: Collection[str] = (),
) -> Program:
    """Compile against the Arrow schema of the stream's batches; outputs that are `made` elsewhere are not computed.

    `version` is the source version of every row; the microseconds of the timestamp column `version_column`, held
    within `EPOCH_BITS`, are added where there is one. Raises `MappingInvalid`
    when a column is missing or a field cannot be read into its attribute's type.
    """
    columns = {
        field.name: _Source(position, family_of(plain_type(field.type))) for position, field in enumerate(schema)
    }
    _refuse_unknown(mapping, columns)
    expressions = _expressions(mapping, columns, file, f"CAST({version} AS BIGINT)", version_column)
    computed = [f"{sql} AS {identifier(name)}" for name, sql in expressions.items() if name not in made]
    bad = _bad(mapping, columns, expressions["_key"], made)
    selected = ", ".join((*computed, f"{bad or 'CAST(NULL AS INTEGER)'} AS _bad"))
    sql = f"SELECT {selected} FROM ({_values(mapping, columns)})" if computed or bad else ""  # noqa: S608  quoted names
    attributes = [field.attribute for field in mapping.fields]
    outputs = ("_key", "_version", "_source", "_row", *attributes, "_extras")
    return Program(sql, tuple(schema.names), mapping.fields, mapping.key_columns, outputs, source, version)


def _values(mapping: Mapping, columns: dict[str, _Source]) -> str:
    """The batch with trimmed texts (t0, …) and the values of the fields (v0, …)."""
    mapped = _sources(mapping)
    trimmed = ", ".join(f"{one.trimming} AS {one.trimmed}" for name, one in columns.items() if name in mapped)
    values = ", ".join(
        f"{_value(field, columns[field.source])} AS v{index}" for index, field in enumerate(mapping.fields)
    )
    inner = f"SELECT *{', ' + trimmed if trimmed else ''} FROM {BATCH}"  # noqa: S608  compiled from quoted names
    return f"SELECT *{', ' + values if values else ''} FROM ({inner})"  # noqa: S608  compiled from quoted names


def _expressions(
    mapping: Mapping, columns: dict[str, _Source], file: str, version: str, version_column: str
) -> dict[str, str]:
    """What is not the same for every row, and not the record number."""
    moment = {"_version": f"{version} + {_micros(columns[version_column])}"} if version_column else {}
    return {
        "_key": _key(mapping.key_columns, columns, file),
        **moment,
        **{field.attribute: f"v{index}" for index, field in enumerate(mapping.fields)},
        "_extras": _extras([(name, one) for name, one in columns.items() if name not in _sources(mapping)]),
    }


def _sources(mapping: Mapping) -> set[str]:
    return {field.source for field in mapping.fields}


def _refuse_unknown(mapping: Mapping, columns: dict[str, _Source]) -> None:
    wanted = [*(field.source for field in mapping.fields), *mapping.key_columns]
    missing = sorted({name for name in wanted if name not in columns})
    if missing:
        raise MappingInvalid(
            f"Mapping version {mapping.version} reads {', '.join(missing)}, which the stream does not have.",
            hint="Propose a new mapping for the stream.",
        )
    attributes = [field.attribute for field in mapping.fields]
    twice = sorted({name for name in attributes if attributes.count(name) > 1 or name.startswith("_")})
    if twice:
        raise MappingInvalid(
            f"Mapping version {mapping.version} fills {', '.join(twice)} twice, or names it with an underscore.",
            hint="Map one column to each attribute.",
        )


def _value(field: FieldMapping, source: _Source) -> str:
    kind = field.transform.kind
    target = READS_AS.get(field.type, field.type)
    if kind not in EXPRESSIONS or target not in SQL_TYPES or (kind != target and (kind, target) not in WIDER):
        raise MappingInvalid(
            f"{field.source} is read as {kind}, which does not fit attribute {field.attribute} of type {field.type}.",
            hint="Change the transform, or map the column to another attribute.",
        )
    trimmed = source.trimming if kind == "enum" else source.trimmed  # most values of an enum need no trimming
    value = EXPRESSIONS[kind](source.raw, trimmed, source.family, field.transform)
    return f"TRY_CAST(({value}) AS {SQL_TYPES[target]})"


def _key(key_columns: Sequence[str], columns: dict[str, _Source], file: str) -> str:
    if not key_columns:
        return f"{literal(file + '#')} || CAST({ROW} AS VARCHAR)"
    parts = [f"nullif({as_text(columns[name].raw, columns[name].family)}, '')" for name in key_columns]
    if len(parts) == 1:
        return parts[0]
    # A separator inside a part is escaped, so that different keys stay different.
    return " || '|' || ".join(f"replace(replace({part}, '\\', '\\\\'), '|', '\\|')" for part in parts)


def _micros(source: _Source) -> str:
    moment = source.raw if source.family is not Family.TIMESTAMP_TZ else f"timezone('UTC', {source.raw})"
    return f"greatest(0, least(epoch_us({moment}), {(1 << EPOCH_BITS) - 1}))"


def _extras(unmapped: list[tuple[str, _Source]]) -> str:
    if not unmapped:
        return "CAST(NULL AS VARCHAR)"
    parts = []
    for name, one in unmapped:
        # JSON numbers of other tools are doubles: what may not survive that travels as text.
        exact = one.family in (Family.BOOLEAN, Family.NESTED, Family.TEXT)
        parts.append(f"{literal(name)}, {one.raw if exact else f'CAST({one.raw} AS VARCHAR)'}")
    return f"CAST(json_object({', '.join(parts)}) AS VARCHAR)"


def _bad(mapping: Mapping, columns: dict[str, _Source], key: str, made: Collection[str]) -> str:
    """Empty when nothing can be wrong: what is made elsewhere fits."""
    cases = [
        f"WHEN CASE WHEN {_unfit(field, f'v{index}')} THEN {_present(columns[field.source])} END THEN {index}"
        for index, field in enumerate(mapping.fields)
        if field.attribute not in made and field.transform.kind != "text" and not _boolean(columns[field.source], field)
    ]
    if mapping.key_columns and "_key" not in made:
        cases.append(f"WHEN ({key}) IS NULL THEN {KEY_MISSING}")
    return f"CASE {' '.join(cases)} END" if cases else ""


def _unfit(field: FieldMapping, value: str) -> str:
    """Nothing downstream can hold a year before 1 or after 9999."""
    missing = f"{value} IS NULL"
    if READS_AS.get(field.type, field.type) not in ("date", "timestamp"):
        return missing
    return f"{missing} OR {value} < '0001-01-01' OR {value} >= '10000-01-01'"


def _present(source: _Source) -> str:
    """Blank text is no value; of typed columns every value counts."""
    return f"{source.trimming if source.family is Family.TEXT else source.raw} IS NOT NULL"


def _boolean(source: _Source, field: FieldMapping) -> bool:
    return (source.family, field.transform.kind) == (Family.BOOLEAN, "boolean")
