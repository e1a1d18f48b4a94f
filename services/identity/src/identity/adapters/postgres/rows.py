"""Rows of frozen types whose fields have the columns' names."""

from typing import Any

import sqlalchemy as sa


def row_of(table: sa.Table, thing: object) -> dict[str, Any]:
    """Return the row that holds `thing`; tuples become arrays."""
    fields = {column.name: getattr(thing, column.name) for column in table.columns}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in fields.items()}
