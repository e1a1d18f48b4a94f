"""One PostgreSQL role a tenant: how it comes about, what it may not, and what of it a query can see."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import duckdb
import psycopg
import pytest
from aos_local.provision import LAKE_DATABASE, Provisioned, in_database, provision, with_login
from aos_local.testing import postgres, provisioned_postgres
from dcl.adapters.lake.connections import EXTENSIONS, LakeConnections, LakeSettings, extension_path
from dcl.adapters.lake.roles import CatalogueRoles, catalogue_schema
from dcl.adapters.lake.tables import ensure_tables
from dcl.adapters.ontology_files import load_ontology
from dcl.domain.errors import LakeUnavailable

ENTITIES = load_ontology().entities[:2]
METADATA = "__ducklake_metadata_lake"


@pytest.fixture
def settings(provisioned: Provisioned, objects_root: Path) -> LakeSettings:
    return LakeSettings(provisioned.lake, f"file://{objects_root}")


@pytest.fixture
def admin(provisioned: Provisioned) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(in_database(provisioned.admin, LAKE_DATABASE), autocommit=True) as connection:
        yield connection


@contextmanager
def process(settings: LakeSettings) -> Iterator[LakeConnections]:
    """A process of DCL, as far as lakes go."""
    lakes = LakeConnections(settings, ENTITIES)
    yield lakes
    lakes.close()


def owners(admin: psycopg.Connection[Any], tenant: UUID) -> set[str]:
    """Who owns the tenant's schema and what is in it."""
    rows = admin.execute(
        "SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = %(schema)s UNION"
        " SELECT relowner::regrole::text FROM pg_class WHERE relnamespace = %(schema)s::regnamespace",
        {"schema": catalogue_schema(tenant)},
    ).fetchall()
    return {owner for (owner,) in rows}


def test_lake_when_a_tenant_is_new_then_its_role_owns_its_catalogue_and_may_nothing_else(
    settings: LakeSettings, admin: psycopg.Connection[Any], tenant: UUID
) -> None:
    role = catalogue_schema(tenant)
    with process(settings) as lakes:
        assert lakes.cursor(tenant).execute("SELECT count(*) FROM lake._snapshots").fetchone() == (1,)
    assert owners(admin, tenant) == {role}
    attributes = admin.execute(
        "SELECT rolcanlogin, rolinherit, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls,"
        " rolconnlimit FROM pg_roles WHERE rolname = %s",
        [role],
    ).fetchone()
    assert attributes == (True, False, False, False, False, False, False, settings.connections)
    memberships = admin.execute(
        "SELECT roleid::regrole::text, admin_option, inherit_option, set_option FROM pg_auth_members"
        " WHERE member = %s::regrole",
        [role],
    ).fetchall()
    assert memberships == [("dcl_lake_tenants", False, True, False)]
    rights = admin.execute(
        "SELECT has_database_privilege(%(role)s, current_database(), 'CONNECT'),"
        " has_database_privilege(%(role)s, current_database(), 'CREATE, TEMPORARY'),"
        " has_schema_privilege(%(role)s, 'public', 'CREATE'), has_database_privilege(%(role)s, 'autonomos', 'CONNECT')",
        {"role": role},
    ).fetchone()
    assert rights == (True, False, False, False)


def test_lake_when_opened_again_then_the_role_is_left_as_it_is(
    settings: LakeSettings, admin: psycopg.Connection[Any], tenant: UUID
) -> None:
    written = []
    for _ in range(2):
        with process(settings) as lakes:
            lakes.cursor(tenant)
        row = "SELECT xmin::text, rolpassword FROM pg_authid WHERE rolname = %s"
        written.append(admin.execute(row, [catalogue_schema(tenant)]).fetchone())
    assert written[0] == written[1]
    assert written[0] is not None
    assert written[0][1].startswith("SCRAM-SHA-256$")


def test_lake_when_threads_and_processes_open_new_ones_at_once_then_all_get_theirs(
    settings: LakeSettings, admin: psycopg.Connection[Any]
) -> None:
    tenants = [uuid4(), uuid4()]
    with process(settings) as one, process(settings) as other, ThreadPoolExecutor(6) as threads:
        opened = [threads.submit(lakes.cursor, tenant) for tenant in tenants for lakes in (one, other, one)]
        for cursor in opened:
            assert cursor.result().execute("SELECT count(*) FROM lake._snapshots").fetchone() == (1,)
        assert len(one._open) == len(tenants)
        assert not one._opening
    for tenant in tenants:
        assert owners(admin, tenant) == {catalogue_schema(tenant)}


def test_roles_when_the_same_one_is_made_by_many_at_once_then_none_fails(settings: LakeSettings) -> None:
    tenants = [uuid4(), uuid4()] * 4
    with ThreadPoolExecutor(len(tenants)) as threads:
        roles = CatalogueRoles(settings.catalog_url, 8)
        list(threads.map(lambda tenant: roles.ensure(tenant, renew=True), tenants))


def test_lake_when_one_tenants_opening_waits_then_another_tenants_does_not(
    provisioned: Provisioned, settings: LakeSettings, tenant: UUID
) -> None:
    with process(settings) as lakes, ThreadPoolExecutor(1) as threads:
        with psycopg.connect(provisioned.lake) as holder:
            lock = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 3))"
            holder.execute(lock, [catalogue_schema(tenant)])
            waiting = threads.submit(lakes.cursor, tenant)
            lakes.cursor(uuid4())
            assert not waiting.done()
        waiting.result()


def _previous_release(settings: LakeSettings, provisioned: Provisioned, tenant: UUID) -> duckdb.DuckDBPyConnection:
    """A connection as the previous release opened it: as `dcl_lake`, which owned every catalogue."""
    info = psycopg.conninfo.make_conninfo(provisioned.lake)
    connection = duckdb.connect()
    for name in EXTENSIONS:
        connection.execute(f"LOAD '{extension_path(name)}'")
    files = Path(settings.objects_url.removeprefix("file://")) / str(tenant) / "lake"
    files.mkdir(parents=True)
    schema = catalogue_schema(tenant)
    connection.execute(f"ATTACH 'ducklake:postgres:{info}' AS lake (DATA_PATH '{files}/', METADATA_SCHEMA '{schema}')")
    ensure_tables(connection, ENTITIES)
    return connection


def test_lake_when_the_previous_release_made_it_then_it_is_handed_over_and_nothing_is_lost(
    settings: LakeSettings, provisioned: Provisioned, admin: psycopg.Connection[Any], tenant: UUID
) -> None:
    old = _previous_release(settings, provisioned, tenant)
    old.execute("INSERT INTO lake._snapshots VALUES ('crm', 7)")
    assert owners(admin, tenant) == {"dcl_lake"}
    known = "SELECT version FROM lake._snapshots WHERE source = 'crm'"
    with process(settings) as lakes:
        assert lakes.cursor(tenant).execute(known).fetchall() == [(7,)]
        assert owners(admin, tenant) == {catalogue_schema(tenant)}
        # A worker that has not been replaced yet goes on, and what it makes is handed over at the next opening.
        old.execute("UPDATE lake._snapshots SET version = 8 WHERE source = 'crm'")
        old.execute("CREATE TABLE lake.late AS SELECT 1 AS n")
        assert lakes.cursor(tenant).execute(known).fetchall() == [(8,)]
        assert "dcl_lake" in owners(admin, tenant)
        lakes.discard(tenant)
        assert lakes.cursor(tenant).execute("SELECT n FROM lake.late").fetchall() == [(1,)]
    assert owners(admin, tenant) == {catalogue_schema(tenant)}
    old.close()


def test_lake_when_the_password_of_its_maker_is_rotated_then_the_tenants_is_too(tmp_path: Path, tenant: UUID) -> None:
    with provisioned_postgres(["dcl"]) as before:
        settings = LakeSettings(before.lake, f"file://{tmp_path}")
        with process(settings) as lakes:
            lakes.cursor(tenant).execute("INSERT INTO lake._snapshots VALUES ('crm', 7)")
        after = provision(before.admin, lambda role: f"rotated-{role}", ["dcl"])
        login = CatalogueRoles(before.lake, 8).login(tenant)
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(after.lake, user=login.role, password=login.password)
        with process(settings) as outdated, pytest.raises(LakeUnavailable):
            outdated.cursor(tenant)
        renewed = replace(settings, catalog_url=after.lake)
        with process(renewed) as one, process(renewed) as other, ThreadPoolExecutor(2) as threads:
            for cursor in threads.map(lambda lakes: lakes.cursor(tenant), (one, other)):
                assert cursor.execute("SELECT max(version) FROM lake._snapshots").fetchone() == (7,)


def test_lake_when_told_to_use_another_tenants_catalogue_then_postgresql_refuses(
    provisioned: Provisioned, settings: LakeSettings, tenant: UUID
) -> None:
    stranger = uuid4()
    mine, theirs = catalogue_schema(stranger), catalogue_schema(tenant)
    login = CatalogueRoles(settings.catalog_url, 8).login(stranger)
    own = psycopg.conninfo.make_conninfo(provisioned.lake, user=login.role, password=login.password)
    with process(settings) as lakes:
        lakes.cursor(tenant)
        cursor = lakes.cursor(stranger)
        assert cursor.execute(f"SELECT count(*) FROM postgres_scan('{own}', '{mine}', 'ducklake_table')").fetchone()
        for statement in (
            f"FROM postgres_query('{METADATA}', 'SELECT * FROM {theirs}.ducklake_data_file')",
            f"FROM postgres_query('{METADATA}', 'TABLE {theirs}.ducklake_inlined_data_1_1')",
            f"FROM postgres_scan('{own}', '{theirs}', 'ducklake_data_file')",
            f"FROM {METADATA}.{theirs}.ducklake_data_file",
            f"INSERT INTO {METADATA}.{theirs}.ducklake_metadata VALUES ('x', 'y', NULL, NULL)",
            f"DROP TABLE {METADATA}.{theirs}.ducklake_data_file",
            *(
                f"CALL postgres_execute('{METADATA}', '{told}')"
                for told in (
                    f"DELETE FROM {theirs}.ducklake_snapshot",
                    f"DROP SCHEMA {theirs} CASCADE",
                    f"ALTER SCHEMA {theirs} OWNER TO {mine}",
                    f"GRANT USAGE ON SCHEMA {theirs} TO {mine}",
                    f"GRANT {theirs} TO {mine}",
                    f"ALTER ROLE {theirs} PASSWORD ''x''",
                    f"SET ROLE {theirs}",
                    "SET ROLE dcl_lake",
                    "SET ROLE dcl_lake_tenants",
                    "CREATE ROLE more LOGIN",
                    "CREATE SCHEMA more",
                    "CREATE TABLE public.more ()",
                    "CREATE TEMPORARY TABLE more ()",
                    f"ALTER ROLE {mine} CONNECTION LIMIT 1000",
                    "SELECT * FROM pg_authid",
                )
            ),
        ):
            # does not exist: DuckDB has no other schema of the catalogue in sight
            with pytest.raises(duckdb.Error, match=r"permission denied|must be (owner|able)|does not exist"):
                cursor.execute(statement).fetchall()
                pytest.fail(f"was done: {statement}")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(own, dbname="autonomos")


def test_lake_when_asked_what_it_knows_then_no_password_is_shown(
    provisioned: Provisioned, settings: LakeSettings, tenant: UUID
) -> None:
    roles = CatalogueRoles(settings.catalog_url, 8)
    stranger = uuid4()
    secrets = [roles.login(tenant).password, roles.login(stranger).password, "testing-dcl_lake", "testing-"]
    with process(settings) as lakes:
        lakes.cursor(stranger)
        cursor = lakes.cursor(tenant)
        shown = []
        for view in ("databases()", "secrets()", "settings()", "variables()", "views()", "tables()", "logs"):
            shown += cursor.execute(f"FROM duckdb_{view}").fetchall()
        shown += cursor.execute(f"FROM postgres_query('{METADATA}', 'SELECT * FROM pg_stat_activity')").fetchall()
        shown += cursor.execute(f"FROM postgres_query('{METADATA}', 'SELECT * FROM pg_roles')").fetchall()
        for refused in (
            "FROM duckdb_secrets(redact = false)",
            "SET allow_unredacted_secrets = true",
            f"FROM postgres_query('{METADATA}', 'SELECT * FROM none_such')",
            "FROM postgres_scan('port=1', 'a', 'b')",
        ):
            with pytest.raises(duckdb.Error) as told:
                cursor.execute(refused).fetchall()
            shown.append((str(told.value),))
        text = repr(shown)
    assert "catalogue" in text
    assert [secret for secret in secrets if secret in text] == []


def test_lake_when_its_connections_are_bounded_anew_then_the_role_is_too(
    settings: LakeSettings, provisioned: Provisioned, tenant: UUID
) -> None:
    with process(settings) as lakes:
        lakes.cursor(tenant)
    login = CatalogueRoles(settings.catalog_url, 8).login(tenant)
    with process(replace(settings, connections=1)) as lakes:
        lakes.cursor(tenant)
        with pytest.raises(psycopg.OperationalError, match="too many connections for role"):
            psycopg.connect(provisioned.lake, user=login.role, password=login.password)


def test_lake_when_its_own_role_may_not_make_roles_then_it_says_what_to_do(tmp_path: Path, tenant: UUID) -> None:
    with provisioned_postgres(["dcl"]) as urls:
        with psycopg.connect(urls.admin, autocommit=True) as admin:
            admin.execute("ALTER ROLE dcl_lake NOCREATEROLE")
        with process(LakeSettings(urls.lake, f"file://{tmp_path}")) as lakes, pytest.raises(LakeUnavailable) as refused:
            lakes.cursor(tenant)
        assert "aos_local.provision" in refused.value.hint
        assert not lakes._opening


def test_lake_when_a_managed_servers_administrator_provisioned_it_then_roles_are_made_too(
    tmp_path: Path, tenant: UUID
) -> None:
    with postgres() as url:
        with psycopg.connect(url, autocommit=True) as root:
            root.execute("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'm'")
            root.execute("CREATE DATABASE autonomos OWNER manager")
        with psycopg.connect(in_database(url, "autonomos"), autocommit=True) as database:
            database.execute("CREATE EXTENSION vector")
            database.execute("ALTER SCHEMA public OWNER TO manager")
        urls = provision(with_login(url, "manager", "m", "postgres"), lambda role: role, ["dcl"])
        with process(LakeSettings(urls.lake, f"file://{tmp_path}")) as lakes:
            assert lakes.cursor(tenant).execute("SELECT count(*) FROM lake._snapshots").fetchone() == (1,)


def test_roles_when_the_url_has_no_password_then_they_are_not_derived_from_nothing() -> None:
    with pytest.raises(ValueError, match="no password"):
        CatalogueRoles("postgresql://dcl_lake@127.0.0.1/autonomos_lake", 8)


def test_login_when_derived_then_it_depends_on_the_tenant_and_the_password_alone(tenant: UUID) -> None:
    one, other = (CatalogueRoles(f"postgresql://dcl_lake:{p}@h/autonomos_lake", 8) for p in ("a%40b", "c"))
    again = CatalogueRoles("postgresql://x:a%40b@elsewhere/y", 3)
    assert one.login(tenant) == again.login(tenant)
    assert len({one.login(tenant).password, other.login(tenant).password, one.login(uuid4()).password}) == 3
    assert one.login(tenant).password not in repr(one.login(tenant))


def test_extension_when_its_file_was_changed_then_no_lake_is_opened(
    settings: LakeSettings, tenant: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    changed = tmp_path / "ducklake.duckdb_extension"
    content = bytearray(Path(extension_path("ducklake")).read_bytes())
    content[1000] ^= 1
    changed.write_bytes(content)
    monkeypatch.setattr(
        "dcl.adapters.lake.connections.extension_path",
        lambda name: str(changed) if name == "ducklake" else extension_path(name),
    )
    with process(settings) as lakes, pytest.raises(LakeUnavailable):
        lakes.cursor(tenant)


def test_lake_when_another_was_opened_before_then_it_loads_no_further_extension(
    settings: LakeSettings, tenant: UUID, tmp_path: Path
) -> None:
    """Signatures are checked once a process; after its own, no connection loads anything."""
    unsigned = tmp_path / "httpfs.duckdb_extension"
    unsigned.write_bytes(Path(extension_path("httpfs")).read_bytes()[:-256] + bytes(256))
    with process(settings) as lakes:
        for one in (uuid4(), tenant):
            cursor = lakes.cursor(one)
            assert cursor.execute("SELECT current_setting('allow_unsigned_extensions')").fetchone() == (False,)
            for file in (unsigned, extension_path("httpfs")):
                with pytest.raises(duckdb.PermissionException, match="disabled"):
                    cursor.execute(f"LOAD '{file}'")
