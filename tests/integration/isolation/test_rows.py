"""R1 without the application's WHERE: as each service's own role, inside a tenant's transaction, on every table."""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any, ClassVar
from uuid import UUID, uuid4

import psycopg
import pytest
from psycopg import sql
from psycopg.errors import Error, InsufficientPrivilege

from tests.integration.isolation.owner import SERVICES, Owner, fingerprint, tenant_tables

TRANSPORT = {"outbox", "jobs"}
ROLES = ("app", "platform", "owner")
HERMIT = str(uuid4())
"""A tenant that has nothing."""

Connection = psycopg.Connection[Any]


@pytest.fixture(scope="module")
def apps(stack: Any, admin: Connection) -> Iterator[dict[str, Connection]]:
    """A connection as each service's own role."""
    secrets = stack.platform.settings.home.secrets
    opened = {}
    for service in SERVICES:
        role = f"{service}_app"
        password = (secrets / f"postgres-{role}").read_text().strip()
        info = psycopg.conninfo.make_conninfo(admin.info.dsn, user=role, password=password)
        opened[service] = psycopg.connect(info, autocommit=True)
    yield opened
    for connection in opened.values():
        connection.close()


@pytest.fixture(scope="module")
def tables(admin: Connection) -> list[tuple[str, str]]:
    return tenant_tables(admin)


class Rows:
    """Runs statements as one tenant, each in a transaction that is rolled back; counts them."""

    sent: ClassVar[Counter[str]] = Counter()

    def __init__(self, connection: Connection, tenant: str | None) -> None:
        self.connection, self.tenant = connection, tenant

    def run(self, kind: str, *statements: sql.Composable | str) -> list[Any]:
        """Return the rows of the last statement, or its count as the only row."""
        with self.connection.transaction(force_rollback=True):
            if self.tenant is not None:
                self.connection.execute(sql.SQL("SET LOCAL aos.tenant_id = {}").format(self.tenant))
            for statement in statements:
                cursor = self.connection.execute(_query(statement))
                Rows.sent[kind] += 1
            return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]

    def refused(self, kind: str, *statements: sql.Composable | str) -> type[Error]:
        """Return the error that the last statement ends with."""
        with pytest.raises(Error) as refusal:
            self.run(kind, *statements)
        Rows.sent[kind] += 1
        return refusal.type


def _query(statement: sql.Composable | str) -> sql.Composable:
    return sql.SQL(statement) if isinstance(statement, str) else statement  # type: ignore[arg-type]  texts of this file


def _name(schema: str, table: str) -> sql.Identifier:
    return sql.Identifier(schema, table)


def test_rows_when_read_without_where_then_only_the_tenants_own_are_there(
    apps: dict[str, Connection], tables: list[tuple[str, str]], owner: Owner, admin: Connection
) -> None:
    filled = 0
    for schema, table in tables:
        name = _name(schema, table)
        (everything,) = admin.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone() or (0,)
        filled += bool(everything)
        hermit = Rows(apps[schema], HERMIT)
        for query in (
            "SELECT count(*) FROM {}",
            "SELECT count(tenant_id) FROM {} WHERE true OR tenant_id IS NOT NULL",
            "SELECT count(*) FROM (SELECT * FROM {} UNION ALL SELECT * FROM {}) t",
            "WITH t AS MATERIALIZED (SELECT * FROM {}) SELECT count(*) FROM t",
            "SELECT count(*) FROM {} a FULL JOIN {} b ON true",
            "SELECT count(*) FROM {} a LEFT JOIN LATERAL (SELECT * FROM {} LIMIT 5) b ON true",
            "SELECT count(*) FROM {} TABLESAMPLE SYSTEM (100)",
            "SELECT count(*) FROM ONLY {} WHERE tenant_id::text LIKE '%'",
        ):
            statement = sql.SQL(query).format(*[name] * query.count("{}"))
            assert hermit.run("read", statement) == [(0,)], f"{schema}.{table}: {query}"
        theirs = sql.SQL("SELECT count(*) FROM {} WHERE tenant_id = {}").format(name, owner.tenant)
        assert hermit.run("read", theirs) == [(0,)]
        own = Rows(apps[schema], owner.tenant).run("read", sql.SQL("SELECT DISTINCT tenant_id FROM {}").format(name))
        assert own in ([], [(UUID(owner.tenant),)]), f"{schema}.{table}"
    assert filled > len(tables) / 2, "a table without a row proves nothing"


def test_rows_when_no_tenant_is_named_then_there_are_none_or_an_error(
    apps: dict[str, Connection], tables: list[tuple[str, str]]
) -> None:
    for schema, table in tables:
        query = sql.SQL("SELECT count(*) FROM {}").format(_name(schema, table))
        for tenant in (None, "", "x", "*", f"{HERMIT}' OR true --"):
            try:
                assert Rows(apps[schema], tenant).run("no tenant", query) == [(0,)], f"{schema}.{table} {tenant!r}"
            except Error:
                continue  # not a UUID, or not set: nothing was read


def test_rows_when_locked_or_copied_or_fetched_by_a_cursor_then_only_the_tenants_own(
    apps: dict[str, Connection], tables: list[tuple[str, str]]
) -> None:
    for schema, table in tables:
        hermit, name = Rows(apps[schema], HERMIT), _name(schema, table)
        assert (
            hermit.run(
                "cursor",
                sql.SQL("DECLARE c CURSOR FOR SELECT * FROM {}").format(name),
                "FETCH ALL FROM c",
            )
            == []
        )
        prepared = sql.SQL("PREPARE p AS SELECT count(*) FROM {}").format(name)
        assert hermit.run("prepared", prepared, "EXECUTE p") == [(0,)]
        apps[schema].execute("DEALLOCATE ALL")
        with apps[schema].transaction(force_rollback=True), apps[schema].cursor() as cursor:
            cursor.execute(sql.SQL("SET LOCAL aos.tenant_id = {}").format(HERMIT))
            with cursor.copy(sql.SQL("COPY (SELECT * FROM {}) TO STDOUT").format(name)) as copied:
                assert b"".join(bytes(part) for part in copied) == b"", f"{schema}.{table}"
            Rows.sent["copy"] += 1


def test_rows_when_changed_without_where_then_none_of_another_tenants_is(
    apps: dict[str, Connection], tables: list[tuple[str, str]], owner: Owner, admin: Connection
) -> None:
    before = fingerprint(admin, owner)
    for schema, table in tables:
        hermit, name = Rows(apps[schema], HERMIT), _name(schema, table)
        for statement in (
            sql.SQL("UPDATE {} SET tenant_id = tenant_id").format(name),
            sql.SQL("UPDATE {} SET tenant_id = {}").format(name, HERMIT),
            sql.SQL("DELETE FROM {}").format(name),
            sql.SQL("DELETE FROM {} WHERE tenant_id = {}").format(name, owner.tenant),
        ):
            try:
                assert hermit.run("change", statement) == [(0,)], f"{schema}.{table}"
            except InsufficientPrivilege:
                continue  # the service itself never does that to this table
        for statement in (sql.SQL("TRUNCATE {}"), sql.SQL("TRUNCATE {} CASCADE")):
            assert hermit.refused("change", statement.format(name)) is InsufficientPrivilege, f"{schema}.{table}"
    assert fingerprint(admin, owner) == before


def test_rows_when_written_for_another_tenant_then_refused(
    apps: dict[str, Connection], tables: list[tuple[str, str]], owner: Owner, admin: Connection
) -> None:
    before, written = fingerprint(admin, owner), 0
    for schema, table in tables:
        hermit, name = Rows(apps[schema], HERMIT), _name(schema, table)
        row = _row(admin, schema, table, owner.tenant)
        columns = sql.SQL(", ").join(map(sql.Identifier, row))
        values = sql.SQL(", ").join(map(sql.Literal, row.values()))
        plain = sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(name, columns, values)
        for end in ("", " ON CONFLICT DO NOTHING", " RETURNING *"):
            # Row security speaks first: whether the owner has such a row, the error does not tell.
            assert hermit.refused("insert", plain + sql.SQL(end)) is InsufficientPrivilege, f"{schema}.{table}{end}"
            written += 1
        moved = sql.SQL("UPDATE {} SET tenant_id = {}").format(name, HERMIT)
        if before[f"{schema}.{table}"][0]:
            assert Rows(apps[schema], owner.tenant).refused("insert", moved) is InsufficientPrivilege, table
    assert written == 3 * len(tables)
    assert fingerprint(admin, owner) == before


def _row(admin: Connection, schema: str, table: str, tenant: str) -> dict[str, Any]:
    """A row for the tenant with something in every column that must have something."""
    rows = admin.execute(
        "SELECT column_name, udt_name FROM information_schema.columns"
        " WHERE table_schema = %s AND table_name = %s AND is_nullable = 'NO' ORDER BY ordinal_position",
        [schema, table],
    ).fetchall()
    some = {
        "uuid": str(uuid4()),
        "text": "x",
        "timestamptz": "2026-01-01T00:00:00Z",
        "jsonb": "{}",
        "bytea": b"x",
        "bool": True,
        "float8": 0.5,
        "bit": "0" * 384,
        "halfvec": str([0.0] * 384),
    }
    found = {name: "{}" if kind.startswith("_") else some.get(kind, 1) for name, kind in rows}
    return {**found, "tenant_id": tenant}


def test_rows_when_the_tenant_is_changed_within_then_only_a_verified_caller_decides_it(
    apps: dict[str, Connection], owner: Owner
) -> None:
    """Whoever may run any SQL may name any tenant; so no text of a caller's may ever become SQL, and none lingers."""
    for connection in apps.values():
        with connection.transaction():
            connection.execute(sql.SQL("SET LOCAL aos.tenant_id = {}").format(owner.tenant))
        (left,) = connection.execute("SELECT current_setting('aos.tenant_id', true)").fetchone() or ("?",)
        assert left in (None, ""), "the tenant of one transaction must not be there in the next"


def test_role_when_another_is_taken_on_then_refused_but_for_the_services_own_platform_role(
    apps: dict[str, Connection], owner: Owner
) -> None:
    every = [f"{service}_{kind}" for service in SERVICES for kind in ROLES]
    others = [*every, "postgres", "dcl_lake", "pg_read_all_data", "pg_write_all_data", "pg_monitor", "none_such"]
    for service, role in itertools.product(SERVICES, others):
        if role in (f"{service}_app", f"{service}_platform"):
            continue
        hermit = Rows(apps[service], HERMIT)
        for statement in ("SET LOCAL ROLE {}", "SET LOCAL SESSION AUTHORIZATION {}"):
            hermit.refused("role", sql.SQL(statement).format(sql.Identifier(role)))


def test_role_when_the_platform_role_is_taken_on_then_a_tenants_own_tables_are_closed_to_it(
    apps: dict[str, Connection], tables: list[tuple[str, str]]
) -> None:
    looked_up = {("identity", "sign_in_names"), ("identity", "sign_on_names")}
    for schema, table in tables:
        if table in TRANSPORT or (schema, table) in looked_up:
            continue
        role = sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(f"{schema}_platform"))
        read = sql.SQL("SELECT * FROM {}").format(_name(schema, table))
        assert Rows(apps[schema], HERMIT).refused("role", role, read) is InsufficientPrivilege, f"{schema}.{table}"


def test_wall_when_leant_against_then_it_stands(apps: dict[str, Connection], tables: list[tuple[str, str]]) -> None:
    for connection in apps.values():
        hermit = Rows(connection, HERMIT)
        for statement in (
            "SELECT pg_read_file('/etc/passwd')",
            "SELECT pg_ls_dir('.')",
            "SELECT lo_import('/etc/passwd')",
            "COPY (SELECT 1) TO PROGRAM 'id'",
            "COPY (SELECT 1) TO '/tmp/x'",
            "CREATE EXTENSION dblink",
            "CREATE FUNCTION f() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
            "CREATE TABLE public.t (x int)",
            "CREATE SCHEMA mine",
            "ALTER ROLE CURRENT_USER BYPASSRLS",
            "CREATE ROLE me SUPERUSER",
            "ALTER SYSTEM SET log_statement = 'all'",
            "SELECT * FROM pg_authid",
            "SELECT * FROM pg_shadow",
            "SELECT pg_reload_conf()",
        ):
            hermit.refused("wall", statement)
    for schema, table in tables:
        name = _name(schema, table)
        off = sql.SQL("SELECT * FROM {}").format(name)
        # With row security off a read that it would cut fails instead of showing everything.
        assert Rows(apps[schema], HERMIT).refused("wall", "SET LOCAL row_security = off", off) is InsufficientPrivilege
        for statement in ("ALTER TABLE {} DISABLE ROW LEVEL SECURITY", "DROP POLICY tenant ON {}", "DROP TABLE {}"):
            refusal = Rows(apps[schema], HERMIT).refused("wall", sql.SQL(statement).format(name))
            assert refusal is InsufficientPrivilege


def test_activity_when_looked_at_then_no_statement_of_another_service_shows(apps: dict[str, Connection]) -> None:
    for service, connection in apps.items():
        rows = connection.execute(
            "SELECT usename, query FROM pg_stat_activity WHERE usename NOT LIKE %s AND query NOT LIKE '<insuff%%'"
            " AND query <> ''",
            [f"{service}\\_%"],
        ).fetchall()
        assert rows == [], service
        statistics = connection.execute(
            "SELECT DISTINCT schemaname, tablename FROM pg_stats WHERE schemaname = ANY(%s)", [list(SERVICES)]
        ).fetchall()
        # Samples of values lie in the statistics; PostgreSQL hides those of tables under row security.
        assert statistics == [], service
    print(f"\nR1, row security alone: {sum(Rows.sent.values())} statements, {dict(Rows.sent)}")
