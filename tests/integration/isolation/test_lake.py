"""R1 in the lake: whatever a tenant's DuckDB connection is told, it stays in that tenant's catalogue and folder.

Two walls: DuckDB's configuration is locked, and PostgreSQL knows the connection as a role that owns one catalogue.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit
from uuid import UUID, uuid4

import duckdb
import psycopg
import pytest
from dcl.adapters.lake.connections import LakeConnections, LakeSettings
from dcl.adapters.lake.roles import CatalogueRoles, catalogue_schema
from dcl.adapters.ontology_files import load_ontology

from tests.integration.isolation.owner import Owner


@pytest.fixture(scope="module")
def catalogue(stack: Any, admin: psycopg.Connection[Any]) -> str:
    """The catalogue's URL as DCL has it."""
    password = (stack.platform.settings.home.secrets / "postgres-dcl_lake").read_text().strip()
    return f"postgresql://dcl_lake:{quote(password)}@{admin.info.host}:{admin.info.port}/autonomos_lake"


@pytest.fixture(scope="module")
def newcomer() -> UUID:
    """A tenant that has just come."""
    return uuid4()


@pytest.fixture(scope="module")
def stranger(catalogue: str, objects: Path, newcomer: UUID) -> Iterator[duckdb.DuckDBPyConnection]:
    """The newcomer's connection."""
    lakes = LakeConnections(LakeSettings(catalogue, objects.as_uri()), load_ontology().entities)
    yield lakes.cursor(newcomer)
    lakes.close()


@pytest.fixture(scope="module")
def login(catalogue: str, newcomer: UUID) -> str:
    """The newcomer's own login at the catalogue, which DuckDB tells nobody, in libpq's form."""
    own = CatalogueRoles(catalogue, 8).login(newcomer)
    return psycopg.conninfo.make_conninfo(catalogue, user=own.role, password=own.password)


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


def _catalogue_tables(admin: psycopg.Connection[Any], schema: str) -> list[str]:
    """The tables of a lake's catalogue; among them those that hold rows too few for a file."""
    info = psycopg.conninfo.make_conninfo(admin.info.dsn, password=admin.info.password, dbname="autonomos_lake")
    with psycopg.connect(info) as lake:
        rows = lake.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
    return [table for (table,) in rows]


def test_lake_when_a_stranger_reads_the_owners_catalogue_then_postgresql_refuses(
    stranger: duckdb.DuckDBPyConnection, owner: Owner, login: str, newcomer: UUID, admin: psycopg.Connection[Any]
) -> None:
    metadata, theirs = "__ducklake_metadata_lake", catalogue_schema(UUID(owner.tenant))
    tables = _catalogue_tables(admin, theirs)
    assert {"ducklake_data_file", "ducklake_snapshot"} < set(tables)
    for table in tables:
        for statement in (
            f"SELECT * FROM postgres_query('{metadata}', 'SELECT * FROM {theirs}.{table}')",
            f"SELECT * FROM postgres_scan('{login}', '{theirs}', '{table}')",
            f"SELECT * FROM postgres_scan_pushdown('{login}', '{theirs}', '{table}')",
            f"SELECT * FROM {metadata}.{theirs}.{table}",  # does not exist: DuckDB has no other schema in sight
            f"CALL postgres_execute('{metadata}', 'DELETE FROM {theirs}.{table}')",
        ):
            with pytest.raises(duckdb.Error, match=r"permission denied for schema|does not exist"):
                stranger.execute(statement).fetchall()
                pytest.fail(f"was done: {statement}")
    own = f"SELECT count(*) FROM postgres_scan('{login}', '{catalogue_schema(newcomer)}', 'ducklake_table')"
    assert (stranger.execute(own).fetchone() or (0,))[0] > 3, "the same question about one's own is answered"


def test_lake_when_a_stranger_takes_on_another_role_then_postgresql_refuses(
    stranger: duckdb.DuckDBPyConnection, owner: Owner
) -> None:
    theirs = catalogue_schema(UUID(owner.tenant))
    for role in (theirs, "dcl_lake", "dcl_lake_tenants", "dcl_app", "identity_owner", "postgres"):
        for told in (f"SET ROLE {role}", f"GRANT {role} TO CURRENT_USER", f"ALTER ROLE {role} PASSWORD ''x''"):
            with pytest.raises(duckdb.Error, match="permission denied"):
                stranger.execute(f"CALL postgres_execute('__ducklake_metadata_lake', '{told}')").fetchall()
                pytest.fail(f"was done: {told}")


def test_lake_when_a_stranger_asks_what_the_connection_knows_then_no_password_is_shown(
    stranger: duckdb.DuckDBPyConnection, catalogue: str, owner: Owner, newcomer: UUID
) -> None:
    roles = CatalogueRoles(catalogue, 8)
    passwords = [roles.login(tenant).password for tenant in (UUID(owner.tenant), newcomer)]
    passwords.append(unquote(urlsplit(catalogue).password or ""))
    shown = []
    for view in ("databases()", "secrets()", "settings()", "logs", "schemas()"):
        shown += stranger.execute(f"FROM duckdb_{view}").fetchall()
    activity = "SELECT * FROM postgres_query('__ducklake_metadata_lake', 'SELECT * FROM pg_stat_activity')"
    shown += stranger.execute(activity).fetchall()
    assert catalogue_schema(newcomer) in repr(shown)
    assert [password for password in passwords if password in repr(shown)] == []
    with pytest.raises(duckdb.Error, match="disabled"):
        stranger.execute("FROM duckdb_secrets(redact = false)")


def test_objects_when_listed_then_every_file_lies_below_its_tenant(objects: Path, owner: Owner) -> None:
    tenants = {path.name for path in objects.iterdir()}
    assert owner.tenant in tenants
    assert {str(UUID(name)) for name in tenants} == tenants
