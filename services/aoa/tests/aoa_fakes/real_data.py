"""The real CRM and FOCUS files as views, columns named as the ontology names them."""

from functools import cache
from pathlib import Path

import duckdb
import yaml

from aoa_fakes.duckdb_views import DuckDbViews

SQL_TYPES = {
    "decimal": "DECIMAL(38,18)",
    "integer": "BIGINT",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
}
CRM = {
    "account": ("accounts.csv", {"account": "account_name", "sector": "industry"}),
    "product": ("products.csv", {"product": "product_name", "sales_price": "list_price"}),
    "sales_rep": (
        "sales_teams.csv",
        {"sales_agent": "rep_name", "manager": "manager_name", "regional_office": "region"},
    ),
    "opportunity": (
        "sales_pipeline.csv",
        {
            "sales_agent": "owner_name",
            "product": "product_name",
            "account": "account_name",
            "deal_stage": "stage",
            "close_value": "amount",
        },
    ),
}


@cache
def ontology() -> dict[str, dict[str, str]]:
    """SQL types of every attribute, view by view, read from the ontology files."""
    folder = _root() / "services" / "dcl" / "src" / "dcl" / "ontology"
    entities = [yaml.safe_load(file.read_text()) for file in sorted(folder.glob("*.yaml"))]
    return {
        entity["name"]: {a["name"]: SQL_TYPES.get(a["type"], "VARCHAR") for a in entity["attributes"]}
        for entity in entities
    }


def _root() -> Path:
    return next(parent for parent in Path(__file__).resolve().parents if (parent / "services").is_dir())


def empty_views() -> tuple[DuckDbViews, duckdb.DuckDBPyConnection]:
    """Every view, without rows."""
    connection = duckdb.connect()
    for view, types in ontology().items():
        columns = ", ".join(f'"{name}" {kind}' for name, kind in types.items())
        connection.execute(f"CREATE TABLE {view} ({columns})")
    return DuckDbViews(connection, ontology()), connection


def crm_views() -> tuple[DuckDbViews, duckdb.DuckDBPyConnection]:
    """The four CRM files."""
    views, connection = empty_views()
    for view, (file, names) in CRM.items():
        _load(connection, view, _root().parent / "shared" / "data" / "crm" / file, names)
    return views, connection


def focus_views() -> tuple[DuckDbViews, duckdb.DuckDBPyConnection]:
    """The FOCUS sample."""
    views, connection = empty_views()
    _load(connection, "cloud_cost", _root().parent / "shared" / "data" / "focus" / "focus_sample.csv", {})
    return views, connection


def _load(connection: duckdb.DuckDBPyConnection, view: str, file: Path, names: dict[str, str]) -> None:
    types = ontology()[view]
    source = f"read_csv('{file}', all_varchar = true, header = true)"
    columns = [row[0] for row in connection.execute(f"DESCRIBE SELECT * FROM {source}").fetchall()]
    wanted = {names.get(column, column): column for column in columns if names.get(column, column) in types}
    values = ", ".join(_value(column, name, types[name]) for name, column in wanted.items())
    target = ", ".join(f'"{name}"' for name in wanted)
    connection.execute(f"INSERT INTO {view} ({target}) SELECT {values} FROM {source}")


def _value(column: str, name: str, kind: str) -> str:
    text = f"""nullif(nullif(trim("{column}"), ''), 'NULL')"""
    if kind == "DATE":
        return f"strptime({text}, '%m/%d/%Y')::DATE"
    if kind == "TIMESTAMP":
        return f"{text}::TIMESTAMP"
    return f"lower({text})" if name == "stage" else f"{text}::{kind}"
