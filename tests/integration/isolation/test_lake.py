"""R1 in the lake: whatever a tenant's DuckDB connection is told, it stays in that tenant's catalogue and folder."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import duckdb
import psycopg
import pytest
from dcl.adapters.lake.connections import LakeConnections, LakeSettings
from dcl.adapters.ontology_files import load_ontology

from tests.integration.isolation.owner import Owner


@pytest.fixture(scope="module")
def catalogue(stack: Any, admin: psycopg.Connection[Any]) -> str:
    """The catalogue's URL as DCL has it."""
    password = (stack.platform.settings.home.secrets / "postgres-dcl_lake").read_text().strip()
    return f"postgresql://dcl_lake:{quote(password)}@{admin.info.host}:{admin.info.port}/autonomos_lake"


@pytest.fixture(scope="module")
def stranger(catalogue: str, objects: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The connection of a tenant that has just come."""
    lakes = LakeConnections(LakeSettings(catalogue, objects.as_uri()), load_ontology().entities)
    yield lakes.cursor(uuid4())
    lakes.close()


def test_lake_when_a_stranger_reads_without_where_then_every_table_is_empty(
    stranger: duckdb.DuckDBPyConnection, owner: Owner
) -> None:
    # Tables with an underscore hold no rows of sources: versions of snapshots, and a fence that every lake begins with.
    named = (
        "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake' AND table_name NOT LIKE '\\_%' ESCAPE '\\'"
    )
    tables = stranger.execute(named).fetchall()
    assert len(tables) > 3
    for (table,) in tables:
        (count,) = stranger.execute(f'SELECT count(*) FROM lake."{table}"').fetchone() or (None,)
        assert count == 0, table


def test_lake_when_a_stranger_tells_it_to_look_elsewhere_then_it_refuses(
    stranger: duckdb.DuckDBPyConnection, owner: Owner, objects: Path, catalogue: str, tmp_path: Path
) -> None:
    theirs = objects / owner.tenant
    files = list(theirs.rglob("*.parquet"))
    assert files
    schema = f"lake_{UUID(owner.tenant).hex}"
    for statement in (
        *(f"SELECT * FROM read_parquet('{file}')" for file in files),
        *(f"SELECT * FROM '{file}'" for file in files),
        f"SELECT * FROM glob('{theirs}/**')",
        f"SELECT * FROM read_text('{theirs}/*')",
        f"SELECT * FROM read_blob('{files[0]}')",
        f"SELECT * FROM parquet_metadata('{files[0]}')",
        f"SELECT * FROM read_parquet('{theirs}/../{owner.tenant}/lake/**/*.parquet')",
        "SELECT * FROM read_text('/etc/passwd')",
        f"COPY (SELECT 1) TO '{theirs}/x.csv'",
        f"COPY (SELECT 1) TO '{tmp_path}/x.csv'",
        f"ATTACH '{tmp_path}/x.db'",
        f"ATTACH '{catalogue}' AS other (TYPE postgres)",
        f"ATTACH 'ducklake:postgres:{catalogue}' AS other (METADATA_SCHEMA '{schema}')",
        "INSTALL httpfs",
        "LOAD '/tmp/x.duckdb_extension'",
        "SET enable_external_access = true",
        "SET allowed_directories = ['/']",
        "SET lock_configuration = false",
        "RESET enable_external_access",
        "SET temp_directory = '/'",
        "PRAGMA enable_external_access",
        "CREATE SECRET (TYPE s3, KEY_ID 'x', SECRET 'y')",
    ):
        with pytest.raises(duckdb.Error):
            stranger.execute(statement).fetchall()
            pytest.fail(f"was done: {statement}")


def test_objects_when_listed_then_every_file_lies_below_its_tenant(objects: Path, owner: Owner) -> None:
    tenants = {path.name for path in objects.iterdir()}
    assert owner.tenant in tenants
    assert {str(UUID(name)) for name in tenants} == tenants
