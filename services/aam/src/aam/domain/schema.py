"""The shape of a stream: its columns, their fingerprint, and how two shapes differ."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

TEXT = "text"
SYNONYMS = {
    "string": TEXT,
    "large_string": TEXT,
    "string_view": TEXT,
    "utf8": TEXT,
    "varchar": TEXT,
    "character varying": TEXT,
    "halffloat": "float16",
    "float": "float32",
    "double": "float64",
    "double precision": "float64",
    "real": "float32",
    "smallint": "int16",
    "integer": "int32",
    "bigint": "int64",
    "boolean": "bool",
    "date32[day]": "date",
    "date64[ms]": "date",
}


@dataclass(frozen=True)
class Column:
    """One column as the source declares it; `type` is `text` for formats that declare none."""

    name: str
    type: str = TEXT
    nullable: bool = True
    comment: str = ""


@dataclass(frozen=True)
class StreamSchema:
    """A stream's columns in source order, and what the source says of its records.

    `primary_key`: columns the source guarantees to be unique and not null; empty when it guarantees none.
    `cursor`: a column that grows whenever a record changes; empty when there is none.
    """

    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    cursor: str = ""

    @property
    def names(self) -> list[str]:
        """Column names in source order."""
        return [column.name for column in self.columns]


@dataclass(frozen=True)
class ColumnChange:
    """One column whose type or nullability differs from the baseline."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class SchemaDiff:
    """How a shape differs from the baseline."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[ColumnChange, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)

    def __str__(self) -> str:
        parts = []
        if self.added:
            parts.append(f"added {', '.join(self.added)}")
        if self.removed:
            parts.append(f"removed {', '.join(self.removed)}")
        parts += [f"{change.name} changed from {change.before} to {change.after}" for change in self.changed]
        return "; ".join(parts)


def normal_type(declared: str) -> str:
    """One name for the spellings of one type, so that a driver's or writer's choice of spelling is no drift."""
    name = declared.strip().lower()
    if name.startswith("dictionary<values="):
        name = name.removeprefix("dictionary<values=").split(",", 1)[0]
    if name.startswith("character varying(") or name.startswith("varchar("):
        return TEXT
    return SYNONYMS.get(name, name)


def fingerprint(columns: Iterable[Column]) -> str:
    """Hex SHA-256 over (name, normal type, nullable) of every column, whatever their order."""
    facts = sorted((column.name, normal_type(column.type), column.nullable) for column in columns)
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def compare(baseline: Iterable[Column], now: Iterable[Column]) -> SchemaDiff:
    """What was added, removed and changed since the baseline; empty when the fingerprints are equal."""
    before = {column.name: column for column in baseline}
    after = {column.name: column for column in now}
    changed = [
        ColumnChange(name, _describe(before[name]), _describe(after[name]))
        for name in before
        if name in after and _describe(before[name]) != _describe(after[name])
    ]
    added = tuple(name for name in after if name not in before)
    removed = tuple(name for name in before if name not in after)
    return SchemaDiff(added, removed, tuple(changed))


def _describe(column: Column) -> str:
    return normal_type(column.type) + ("" if column.nullable else " not null")
