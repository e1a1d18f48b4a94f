"""Keys as SQL: ranges of a table in the order of its primary key, and rows by their keys."""

from collections.abc import Sequence

import pyarrow as pa

from aam.adapters.sources.postgres.catalog import CatalogTable, quoted

# Types whose values, as read, are exact texts again; keys of others (floats, dates) are not read by ranges.
EXACT = frozenset({"int2", "int4", "int8", "text", "varchar", "name", "bool"})


def ordered(table: CatalogTable) -> bool:
    """Tell whether the table has a primary key that is read and whose values can be written as SQL without loss."""
    return table.keyed and all(one.reading == "text" or one.base in EXACT for one in table.key)


def literal(value: str, declared: str) -> str:
    """A value of the declared type."""
    return f"'{value.replace(chr(39), chr(39) * 2)}'::{declared}"


def last_key(table: CatalogTable, data: pa.RecordBatch) -> list[str]:
    """The texts of the last row's key."""
    return list(key_texts(table, data.slice(data.num_rows - 1))[0])


def key_texts(table: CatalogTable, data: pa.RecordBatch) -> list[tuple[str, ...]]:
    """The texts of each row's key, as the server writes them."""
    columns = [data.column(data.schema.get_field_index(one.column.name)).to_pylist() for one in table.key]
    return [tuple(map(_text, key)) for key in zip(*columns, strict=True)]


def _text(value: object) -> str:
    return str(value)[0].lower() if isinstance(value, bool) else str(value)


def beyond(table: CatalogTable, after: Sequence[str] | None, limit: int, condition: str = "") -> str:
    """What of the table, and of what the condition leaves of it, comes next in the order of its key."""
    names = ", ".join(f"{quoted(table.schema)}.{quoted(table.name)}.{quoted(one.column.name)}" for one in table.key)
    conditions = [*([condition] if condition else []), *([f"({names}) > ({_key(table, after)})"] if after else [])]
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    return f"{where} ORDER BY {names} LIMIT {limit}"


def among(table: CatalogTable, keys: Sequence[Sequence[str]]) -> str:
    """The rows that have one of the keys."""
    names = ", ".join(f"{quoted(table.schema)}.{quoted(table.name)}.{quoted(one.column.name)}" for one in table.key)
    return f" WHERE ({names}) IN ({', '.join(f'({_key(table, key)})' for key in keys)})"


def _key(table: CatalogTable, key: Sequence[str]) -> str:
    return ", ".join(literal(text, one.column.type) for text, one in zip(key, table.key, strict=True))
