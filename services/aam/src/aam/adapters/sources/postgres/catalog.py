"""What a PostgreSQL database holds, and how each type is read without loss."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from aam.domain.schema import Column, StreamSchema
from aam.ports import DiscoveredStream

if TYPE_CHECKING:
    from psycopg import Connection

# Types that the driver hands over natively; every other readable type is read as its text.
# fmt: off
NATIVE = frozenset({
    "bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar", "bpchar", "name",
    "date", "timestamp", "timestamptz",
})
AS_TEXT = frozenset({
    "numeric", "money", "uuid", "json", "jsonb", "xml", "time", "timetz", "interval", "bytea", "bit", "varbit",
    "inet", "cidr", "macaddr", "macaddr8", "oid", "point", "line", "lseg", "box", "path", "polygon", "circle",
    "tsvector", "tsquery", "pg_lsn", "char", "citext", "int4range", "int8range", "numrange", "tsrange", "tstzrange",
    "daterange", "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange",
    "datemultirange",
})
CURSOR_NAMES = (
    "updated_at", "modified_at", "last_modified", "last_modified_at", "systemmodstamp", "updated_on", "last_updated",
    "last_updated_at", "lastmodifieddate", "date_updated", "modified_on",
)
# fmt: on
TEMPORAL = frozenset({"date", "timestamp", "timestamptz"})
UNSCALED = re.compile(r"numeric\((\d{1,2}),(\d)\)")
MAX_DIGITS, MAX_SCALE = 18, 6
"""Of numbers that travel as whole numbers of their last digit: 64 bits hold them, and they print without exponents."""

COLUMNS_SQL = """
SELECT n.nspname AS schema_name, c.relname AS table_name, a.attname AS column_name, c.oid::int8 AS table_oid,
       c.relkind::text AS relkind, c.relreplident::text AS identity,
       format_type(a.atttypid, a.atttypmod) AS declared, a.attnotnull AS not_null,
       coalesce(col_description(c.oid, a.attnum), '') AS comment,
       coalesce(obj_description(c.oid, 'pg_class'), '') AS documentation,
       base.typname AS base_name, base.typtype::text AS base_kind,
       coalesce(element.typname, '') AS element_name, coalesce(element.typtype::text, '') AS element_kind,
       coalesce(array_position(key.indkey::int2[], a.attnum), -1) AS key_position,
       coalesce(key.indnkeyatts, 0)::int4 AS key_size
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
JOIN pg_catalog.pg_type base ON base.oid = CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE t.oid END
LEFT JOIN pg_catalog.pg_type element ON element.oid = base.typelem AND base.typcategory = 'A'
LEFT JOIN pg_catalog.pg_index key ON key.indrelid = c.oid AND key.indisprimary
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
  AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
  AND has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT')
ORDER BY n.nspname, c.relname, a.attnum
"""


def table_sql(stream: str) -> str:
    """`COLUMNS_SQL` for one stream alone."""
    name = stream.replace("'", "''")
    return COLUMNS_SQL.replace("ORDER BY", f"AND n.nspname || '.' || c.relname = '{name}'\nORDER BY")


@dataclass(frozen=True)
class CatalogColumn:
    """A column with how it is read: `native`, `text`, or `none` where no reading is faithful."""

    column: Column
    reading: str
    base: str
    key_position: int

    @property
    def digits(self) -> tuple[int, int] | None:
        """Precision and scale of a number that is read as a whole number of its last digit; keys stay texts."""
        declared = UNSCALED.fullmatch(self.column.type) if self.base == "numeric" and self.key_position < 0 else None
        digits, scale = map(int, declared.groups()) if declared else (0, 0)
        return (digits, scale) if 0 < digits <= MAX_DIGITS and scale <= min(digits, MAX_SCALE) else None


@dataclass
class CatalogTable:
    """A table or view with its columns in order."""

    schema: str
    name: str
    columns: list[CatalogColumn] = field(default_factory=list)
    documentation: str = ""
    oid: int = 0
    kind: str = "r"
    identity: str = "d"
    key_size: int = 0
    excluded: frozenset[str] = frozenset()

    @property
    def key(self) -> list[CatalogColumn]:
        """The columns of the primary key, in its order."""
        return sorted((one for one in self.columns if one.key_position >= 0), key=lambda one: one.key_position)

    @property
    def keyed(self) -> bool:
        """Tell whether there is a primary key, all of which is read."""
        return 0 < self.key_size == len(self.key)

    @property
    def stream(self) -> str:
        """The stream's name."""
        return f"{self.schema}.{self.name}"

    def without(self, excluded: Iterable[str]) -> "CatalogTable":
        """The same table without the excluded columns."""
        gone = frozenset(excluded)
        return replace(self, columns=[one for one in self.columns if one.column.name not in gone], excluded=gone)

    def has_shape_of(self, now: "CatalogTable") -> bool:
        """Tell whether the columns that are read are those of `now`, and no other has come."""
        columns = {one.column.name: one for one in now.columns if one.column.name not in self.excluded}
        return columns == {one.column.name: one for one in self.columns}

    @property
    def guarded(self) -> list[str]:
        """The names of the columns of which `select_sql` reads values without a type to hold them as null, in order."""
        return [one.column.name for one in self.columns if one.base in TEMPORAL or one.digits]

    def unreadable(self) -> str:
        """What to tell the owner about the first column that has no faithful reading; empty when there is none."""
        for one in self.columns:
            if one.reading == "none":
                name, kind = one.column.name, one.column.type
                return (
                    f"{self.stream}: column {name} has the type {kind}, which has no faithful reading. "
                    f'Add "{name}" to `exclude_columns` of {self.stream}, or read a view that spells it out.'
                )
        return ""

    def stream_schema(self, cursor: str | None) -> StreamSchema:
        """The shape; `cursor` overrides the column found by name (empty: none)."""
        key = tuple(one.column.name for one in self.key)
        chosen = self._cursor() if cursor is None else cursor
        return StreamSchema(tuple(one.column for one in self.columns), key, chosen if key else "")

    def _cursors(self) -> tuple[str, ...]:
        """Columns the table could be read by; it takes a key as well."""
        moments = ("timestamp", "timestamptz")
        listed = tuple(one.column.name for one in self.columns if one.base in moments and not one.column.nullable)
        return listed if any(one.key_position >= 0 for one in self.columns) else ()

    def _cursor(self) -> str:
        candidates = {name.lower(): name for name in self._cursors()}
        return next((candidates[name] for name in CURSOR_NAMES if name in candidates), "")

    def discovered(self, cursor: str | None) -> DiscoveredStream:
        """The table as a stream, or why it cannot be one."""
        error = self.unreadable()
        schema = None if error else self.stream_schema(cursor)
        return DiscoveredStream(self.stream, schema, error, self.documentation, () if error else self._cursors())


def reading_of(name: str, kind: str, element: str, element_kind: str) -> str:
    """How a type is read; enums, and arrays of readable types, are read as text, composites not at all."""
    if element:
        inner = reading_of(element, element_kind, "", "")
        return "text" if inner != "none" else "none"
    if kind == "e":
        return "text"
    if kind in ("b", "r", "m") and name in NATIVE:
        return "native"
    return "text" if kind in ("b", "r", "m") and name in AS_TEXT else "none"


def tables(rows: Iterable[dict[str, Any]]) -> list[CatalogTable]:
    """Tables and views from the rows of `COLUMNS_SQL`."""
    found: dict[tuple[str, str], CatalogTable] = {}
    for row in rows:
        place = (row["schema_name"], row["table_name"])
        column = Column(row["column_name"], row["declared"], not row["not_null"], row["comment"])
        reading = reading_of(row["base_name"], row["base_kind"], row["element_name"], row["element_kind"])
        if place not in found:
            known = (row["documentation"], row["table_oid"], row["relkind"], row["identity"], row["key_size"])
            found[place] = CatalogTable(*place, [], *known)
        table = found[place]
        table.columns.append(CatalogColumn(column, reading, row["base_name"], row["key_position"]))
    return list(found.values())


def described(session: "Connection[Any]", stream: str) -> list[dict[str, Any]]:
    """The rows of `COLUMNS_SQL` of one table or view, as they are now."""
    found = session.execute(table_sql(stream).encode())
    names = [column.name for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def quoted(name: str) -> str:
    """An identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


UNHELD = "aos unheld"


def select_sql(table: CatalogTable) -> str:
    """The query that reads the table: native columns as they are, the rest as text.

    Dates and timestamps may be infinite, or of a year that no reader downstream can hold (before 1, after 9999), and
    numbers may be none (NaN): such a value is read as null, and the last column then lists the texts of all `guarded`
    columns of the row as JSON, so that the row can be set aside whole.
    """
    columns, unheld, texts = [], [], []
    for one in table.columns:
        name = quoted(one.column.name)
        if one.digits:
            columns.append(
                f"CASE WHEN {name} <> 'NaN' THEN ({name} * 1e{one.digits[1]})::pg_catalog.int8 END AS {name}"
            )
            unheld.append(f"{name} = 'NaN'")
            texts.append(f"{name}::pg_catalog.text")
        elif one.reading == "text":
            columns.append(f"{name}::pg_catalog.text AS {name}")
        elif one.base in TEMPORAL:
            columns.append(f"CASE WHEN {name} >= '0001-01-01' AND {name} < '10000-01-01' THEN {name} END AS {name}")
            unheld.append(f"{name} < '0001-01-01' OR {name} >= '10000-01-01'")
            texts.append(f"{name}::pg_catalog.text")
        else:
            columns.append(name)
    listed = f"pg_catalog.array_to_json(ARRAY[{', '.join(texts)}])::pg_catalog.text"
    columns.append(f"CASE WHEN {' OR '.join(unheld)} THEN {listed} END" if unheld else "NULL::pg_catalog.text")
    body = ", ".join(columns)
    return f"SELECT {body} AS {quoted(UNHELD)} FROM {quoted(table.schema)}.{quoted(table.name)}"  # noqa: S608  quoted
