"""A database of the last release, with a row in every table, comes up to date and loses nothing.

Identity changes what it has and is tried in its own tests.
"""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from aos_common.cli import migrations_folder
from aos_common.migrations import migrate
from aos_local.provision import Provisioned, in_database
from aos_local.testing import provisioned_postgres

SERVICES = ("aod", "aam", "dcl", "aoa")
VALUES = {
    "uuid": "gen_random_uuid()",
    "text": "'x'",
    "timestamp with time zone": "now()",
    "date": "now()",
    "boolean": "false",
    "bytea": "'x'::bytea",
    "jsonb": "'{}'::jsonb",
    "ARRAY": "'{}'",
}
"""A value of each type; a number for every other."""


@pytest.fixture(scope="module")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(SERVICES) as urls:
        yield urls


@pytest.mark.parametrize("service", SERVICES)
def test_migrate_when_the_last_release_has_rows_then_all_are_there_after(
    provisioned: Provisioned, service: str
) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder(service)))
    config.attributes.update(url=provisioned[service].owner, schema=service)
    command.upgrade(config, "0001")
    with psycopg.connect(in_database(provisioned.admin, "autonomos"), autocommit=True) as superuser:
        superuser.execute("SET session_replication_role = replica")  # rows need no partners here
        tables = _tables(superuser, service)
        assert tables
        for table in tables:
            _fill(superuser, service, table)
        columns = {table: _columns(superuser, service, table) for table in tables}
        before = {table: _rows(superuser, service, table, columns[table]) for table in tables}
        migrate(provisioned[service].owner, service, migrations_folder(service))
        migrate(provisioned[service].owner, service, migrations_folder(service))
        assert {table: _rows(superuser, service, table, columns[table]) for table in tables} == before
        assert set(tables) < set(_tables(superuser, service))


def _tables(superuser: psycopg.Connection[Any], service: str) -> list[str]:
    query = "SELECT tablename FROM pg_tables WHERE schemaname = %s AND tablename <> 'alembic_version'"
    return sorted(name for (name,) in superuser.execute(query, [service]).fetchall())


def _fill(superuser: psycopg.Connection[Any], service: str, table: str) -> None:
    columns = _columns(superuser, service, table)
    names = ", ".join(f'"{name}"' for name in columns)
    values = ", ".join(VALUES.get(kind, "1") for kind in columns.values())
    superuser.execute(f'INSERT INTO "{service}"."{table}" ({names}) VALUES ({values})')


def _columns(superuser: psycopg.Connection[Any], service: str, table: str) -> dict[str, str]:
    """Types by name."""
    query = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = %s AND table_name = %s"
    return dict(superuser.execute(query, [service, table]).fetchall())


def _rows(superuser: psycopg.Connection[Any], service: str, table: str, columns: dict[str, str]) -> list[str]:
    """Rows with these columns; those that a later release added are not the last one's to keep."""
    names = ", ".join(f'"{name}"' for name in columns)
    rows = superuser.execute(f'SELECT to_jsonb(t) FROM (SELECT {names} FROM "{service}"."{table}") t').fetchall()
    return sorted(json.dumps(row, sort_keys=True) for (row,) in rows)
