"""PostgreSQL's own catalogue says whether tenancy is structural: every table, key, view, function and grant."""

from typing import Any

import psycopg
import pytest

SERVICES = ("identity", "aod", "aam", "dcl", "aoa", "nlp_gateway")
TRANSPORT = {"outbox", "jobs"}
"""Tables open to `<svc>_platform` across tenants: envelopes and ids."""
LOOKUP = {("identity", "sign_in_names"), ("identity", "sign_on_names")}
"""Readable by the platform role: sign-in knows an address, or a provider, before it knows a tenant."""
PRUNED = {"idempotency_keys"}
"""Where the platform role deletes old rows of all tenants, and reads nothing but their age."""
OWN = {"alembic_version", "signing_keys"}
"""No tenant's: Alembic's table of the owner alone, and identity's keys of the platform role alone."""


@pytest.fixture(scope="module")
def catalogue(stack: Any) -> Any:
    admin = stack.platform.postgres_admin_url().rsplit("/", 1)[0] + "/autonomos"
    with psycopg.connect(admin, autocommit=True) as connection:
        yield connection


def _tables(catalogue: Any) -> list[tuple[str, str]]:
    rows = catalogue.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname = ANY(%s)", [list(SERVICES)]
    ).fetchall()
    return [(schema, table) for schema, table in rows if table not in OWN]


def test_catalogue_when_every_service_is_migrated_then_each_has_tables(catalogue: Any) -> None:
    assert {schema for schema, _ in _tables(catalogue)} == set(SERVICES)


def test_catalogue_when_a_table_is_a_tenants_then_row_security_is_forced_with_one_policy(catalogue: Any) -> None:
    for schema, table in _tables(catalogue):
        enabled, forced = catalogue.execute(
            "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [f"{schema}.{table}"]
        ).fetchone()
        assert (enabled, forced) == (True, True), f"{schema}.{table}"
        policies = catalogue.execute(
            "SELECT policyname, roles::text[], qual, with_check FROM pg_policies"
            " WHERE schemaname = %s AND tablename = %s",
            [schema, table],
        ).fetchall()
        by_name = {name: (roles, used, checked) for name, roles, used, checked in policies}
        roles, used, checked = by_name.pop("tenant")
        assert roles == [f"{schema}_app"]
        assert "aos.tenant_id" in used
        assert used == checked, f"{schema}.{table}: what may be read may be written, and nothing else"
        extra = table in TRANSPORT | PRUNED or (schema, table) in LOOKUP
        assert set(by_name) == ({"platform"} if extra else set()), f"{schema}.{table}"


def test_catalogue_when_a_key_is_unique_or_foreign_then_the_tenant_comes_first(catalogue: Any) -> None:
    rows = catalogue.execute(
        "SELECT n.nspname, c.relname, x.conname, (SELECT attname FROM pg_attribute a"
        " WHERE a.attrelid = c.oid AND a.attnum = x.conkey[1])"
        " FROM pg_constraint x JOIN pg_class c ON c.oid = x.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = ANY(%s) AND x.contype IN ('p', 'u', 'f')",
        [list(SERVICES)],
    ).fetchall()
    assert rows
    wrong = [row for row in rows if row[1] not in OWN and row[3] != "tenant_id"]
    assert wrong == []


def test_catalogue_when_an_index_is_unique_then_the_tenant_comes_first(catalogue: Any) -> None:
    rows = catalogue.execute(
        "SELECT n.nspname, t.relname, i.relname, a.attname FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid"
        " JOIN pg_class t ON t.oid = x.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace"
        " LEFT JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = x.indkey[0]"
        " WHERE n.nspname = ANY(%s) AND x.indisunique",
        [list(SERVICES)],
    ).fetchall()
    assert [row for row in rows if row[1] not in OWN and row[3] != "tenant_id"] == []


def test_catalogue_when_it_has_views_or_functions_then_none_runs_with_its_owners_rights(catalogue: Any) -> None:
    views = catalogue.execute(
        "SELECT schemaname, viewname FROM pg_views WHERE schemaname = ANY(%s)", [list(SERVICES)]
    ).fetchall()
    definers = catalogue.execute(
        "SELECT n.nspname, p.proname FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace"
        " WHERE n.nspname = ANY(%s) AND p.prosecdef",
        [list(SERVICES)],
    ).fetchall()
    assert (views, definers) == ([], [])


def test_catalogue_when_roles_log_in_then_none_may_bypass_and_apps_have_rows_alone(catalogue: Any) -> None:
    for service in SERVICES:
        roles = catalogue.execute(
            "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname LIKE %s",
            [f"{service}\\_%"],
        ).fetchall()
        assert roles
        for name, *strong in roles:
            # dcl_lake makes the lakes' roles, one a tenant; since PostgreSQL 16 it administers those alone.
            assert strong == [False, False, name == "dcl_lake", False], name
        grants = catalogue.execute(
            "SELECT DISTINCT grantee, privilege_type FROM information_schema.role_table_grants"
            " WHERE table_schema = %s AND grantee <> %s",
            [service, f"{service}_owner"],
        ).fetchall()
        allowed = {"SELECT", "INSERT", "UPDATE", "DELETE"}
        assert {grantee for grantee, _ in grants} <= {f"{service}_app", f"{service}_platform"}
        assert {privilege for _, privilege in grants} <= allowed, "TRUNCATE and REFERENCES ignore row security"


def test_catalogue_when_a_table_is_a_partition_then_no_role_of_the_service_reaches_it_by_itself(catalogue: Any) -> None:
    partitions = catalogue.execute(
        "SELECT n.nspname, c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relispartition AND c.relkind = 'r' AND n.nspname = ANY(%s)",
        [list(SERVICES)],
    ).fetchall()
    assert partitions
    for schema, table in partitions:
        for role in (f"{schema}_app", f"{schema}_platform"):
            (any_right,) = catalogue.execute(
                "SELECT has_table_privilege(%s, %s::oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')", [role, table]
            ).fetchone()
            assert not any_right, (role, table)


def test_catalogue_when_a_table_is_no_tenants_then_the_app_role_has_no_right_in_it(catalogue: Any) -> None:
    rights = catalogue.execute(
        "SELECT table_schema, table_name, grantee, privilege_type FROM information_schema.role_table_grants"
        " WHERE table_schema = ANY(%s) AND table_name = ANY(%s) AND grantee <> table_schema || '_owner'",
        [list(SERVICES), sorted(OWN)],
    ).fetchall()
    keys = [("identity", "signing_keys", "identity_platform", right) for right in ("INSERT", "SELECT", "UPDATE")]
    assert sorted(rights) == keys
    forced, policies = catalogue.execute(
        "SELECT relforcerowsecurity, (SELECT array_agg(roles::text) FROM pg_policies"
        " WHERE schemaname = 'identity' AND tablename = 'signing_keys')"
        " FROM pg_class WHERE oid = 'identity.signing_keys'::regclass"
    ).fetchone()
    assert (forced, policies) == (True, ["{identity_platform}"])


def test_catalogue_when_old_keys_are_pruned_then_the_platform_role_reads_their_age_alone(catalogue: Any) -> None:
    for service in SERVICES:
        readable = catalogue.execute(
            "SELECT column_name FROM information_schema.column_privileges WHERE grantee = %s"
            " AND table_name = 'idempotency_keys' AND privilege_type = 'SELECT'",
            [f"{service}_platform"],
        ).fetchall()
        assert readable == [("started_at",)]


def test_catalogue_when_another_services_schema_is_asked_for_then_an_app_role_is_refused(catalogue: Any) -> None:
    for service in SERVICES:
        for other in SERVICES:
            if other == service:
                continue
            (usage,) = catalogue.execute(
                "SELECT has_schema_privilege(%s, %s, 'USAGE')", [f"{service}_app", other]
            ).fetchone()
            assert not usage, f"{service}_app may use the schema {other}"
