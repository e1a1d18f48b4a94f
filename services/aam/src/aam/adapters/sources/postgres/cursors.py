"""Cursors that only the table which gave them takes back."""

import hashlib
import json
from typing import Any

from aam.adapters.sources.postgres.catalog import CatalogTable
from aam.ports import Json

SEAL = "seal"


def sealed(table: CatalogTable, values: Json) -> Json:
    """The values with a digest over them, the table's identity and its key."""
    return {**values, SEAL: _digest(table, values)}


def unsealed(table: CatalogTable, cursor: Json) -> dict[str, Any]:
    """The values; empty when they are another table's, or were changed on the way."""
    values = {name: value for name, value in cursor.items() if name != SEAL}
    return values if values and cursor.get(SEAL) == _digest(table, values) else {}


def _digest(table: CatalogTable, values: Json) -> str:
    told = [table.stream, table.oid, [(one.column.name, one.column.type) for one in table.key], dict(values)]
    return hashlib.sha256(json.dumps(told, sort_keys=True, default=repr).encode()).hexdigest()[:32]
