"""What a PostgreSQL database holds. Which tables show, their names and which column types can be read are as the mesh
sees them, so that what is approved here can be connected there.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# fmt: off
READABLE = frozenset({
    "bool", "int2", "int4", "int8", "float4", "float8", "text", "varchar", "bpchar", "name",
    "date", "timestamp", "timestamptz",
    "numeric", "money", "uuid", "json", "jsonb", "xml", "time", "timetz", "interval", "bytea", "bit", "varbit",
    "inet", "cidr", "macaddr", "macaddr8", "oid", "point", "line", "lseg", "box", "path", "polygon", "circle",
    "tsvector", "tsquery", "pg_lsn", "char", "citext", "int4range", "int8range", "numrange", "tsrange", "tstzrange",
    "daterange", "int4multirange", "int8multirange", "nummultirange", "tsmultirange", "tstzmultirange",
    "datemultirange",
})
# fmt: on

CATALOG_SQL = """
SELECT n.nspname AS schema_name, c.relname AS table_name, c.relkind::text AS kind, c.reltuples::float8 AS estimate,
       CASE WHEN c.relkind IN ('r', 'm') THEN pg_table_size(c.oid) ELSE -1 END AS bytes,
       a.attname AS column_name, format_type(a.atttypid, a.atttypmod) AS declared,
       base.typname AS base_name, base.typtype::text AS base_kind,
       coalesce(element.typname, '') AS element_name, coalesce(element.typtype::text, '') AS element_kind,
       coalesce(a.attnum = ANY(key.indkey::int2[]), false) AS in_key
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


@dataclass(frozen=True)
class CatalogColumn:
    """A column with its declared type; `readable` tells whether values of the type can be handed on without loss."""

    name: str
    declared: str
    readable: bool


@dataclass
class CatalogTable:
    """A table or view; `estimate` is PostgreSQL's own row count, negative when it has none."""

    schema: str
    name: str
    kind: str
    estimate: float
    bytes: int
    keyed: bool = False
    columns: list[CatalogColumn] = field(default_factory=list)

    @property
    def data_set(self) -> str:
        """The data set's name, which is the stream's in the mesh."""
        return f"{self.schema}.{self.name}"

    @property
    def format(self) -> str:
        """`view` for views, `table` for everything else."""
        return "view" if self.kind in ("v", "m") else "table"

    @property
    def quoted(self) -> str:
        """The table's name as SQL."""
        return f"{quoted(self.schema)}.{quoted(self.name)}"

    def unreadable(self) -> str:
        """What to tell about the first column that has no faithful reading; empty when there is none."""
        for column in self.columns:
            if not column.readable:
                return (
                    f"{self.data_set}: column {column.name} has the type {column.declared}, which has no faithful "
                    "reading. Scan a view that spells it out, or connect it in AAM with the column excluded."
                )
        return ""


def quoted(name: str) -> str:
    """An identifier as SQL."""
    return '"' + name.replace('"', '""') + '"'


def readable(name: str, kind: str, element: str, element_kind: str) -> bool:
    """Whether a type can be read; enums and arrays of readable types can, composites cannot."""
    if element:
        return readable(element, element_kind, "", "")
    return kind == "e" or (kind in ("b", "r", "m") and name in READABLE)


def tables(rows: Iterable[Any]) -> list[CatalogTable]:
    """Tables and views from the rows of `CATALOG_SQL`."""
    found: dict[tuple[str, str], CatalogTable] = {}
    for row in rows:
        place = (row["schema_name"], row["table_name"])
        if place not in found:
            found[place] = CatalogTable(*place, row["kind"], row["estimate"], row["bytes"])
        fits = readable(row["base_name"], row["base_kind"], row["element_name"], row["element_kind"])
        found[place].columns.append(CatalogColumn(row["column_name"], row["declared"], fits))
        found[place].keyed |= row["in_key"]
    return list(found.values())
