from collections.abc import Iterator

import psycopg
import pytest
from aos_local import testing
from aos_local.provision import LAKE_DATABASE, Provisioned, in_database, provision, with_login
from psycopg import errors


@pytest.fixture(scope="module")
def server() -> Iterator[Provisioned]:
    with testing.provisioned_postgres(["aam", "dcl"]) as provisioned:
        with psycopg.connect(provisioned["aam"].owner) as owner:
            owner.execute("CREATE TABLE note (id int PRIMARY KEY, body text)")
            owner.execute("CREATE TABLE transport (id int PRIMARY KEY)")
            owner.execute("REVOKE ALL ON transport FROM aam_app")
            owner.execute("GRANT SELECT, INSERT ON transport TO aam_platform")
            owner.execute("CREATE FUNCTION one() RETURNS int LANGUAGE sql RETURN 1")
        yield provisioned


def test_app_role_when_owner_made_a_table_then_has_the_rows_it_was_granted_and_no_ddl(server: Provisioned) -> None:
    with psycopg.connect(server["aam"].app, autocommit=True) as app:
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("INSERT INTO note VALUES (1, 'x')")
        with psycopg.connect(server["aam"].owner, autocommit=True) as owner:
            owner.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON note TO aam_app")
        app.execute("INSERT INTO note VALUES (1, 'x')")
        assert app.execute("SELECT one()").fetchone() == (1,)
        for forbidden in ("CREATE TABLE aam.other ()", "DROP TABLE note", "TRUNCATE note", "CREATE TABLE public.t ()"):
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute(forbidden)


def test_platform_role_when_set_then_opens_transport_tables_only(server: Provisioned) -> None:
    with psycopg.connect(server["aam"].app, autocommit=True) as app:
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("SELECT * FROM transport")
        app.execute("SET ROLE aam_platform")
        app.execute("INSERT INTO transport VALUES (1)")
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute("SELECT * FROM note")


def test_service_when_it_reaches_for_another_service_then_is_refused(server: Provisioned) -> None:
    with psycopg.connect(server["dcl"].app, autocommit=True) as stranger:
        with pytest.raises(errors.InsufficientPrivilege):
            stranger.execute("SELECT * FROM aam.note")
        with pytest.raises(errors.InsufficientPrivilege):
            stranger.execute("SET ROLE aam_platform")
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(in_database(server["dcl"].app, "autonomos_lake"))


def test_roles_when_provisioned_then_none_bypasses_row_level_security(server: Provisioned) -> None:
    with psycopg.connect(server.admin) as admin:
        strong = admin.execute(
            "SELECT rolname FROM pg_roles WHERE rolname ~ '^(aam|dcl)_' AND (rolsuper OR rolbypassrls OR rolcreaterole)"
        ).fetchall()
    assert strong == [("dcl_lake",)], "makes the lakes' roles, one a tenant"


def _make_tenant(lake_url: str, name: str) -> str:
    """Make a tenant's role and schema as `dcl_lake`; returns the URL of the role."""
    with psycopg.connect(lake_url, autocommit=True) as lake:
        for statement in (
            f"CREATE ROLE {name} LOGIN NOINHERIT PASSWORD 'secret'",
            f"GRANT dcl_lake_tenants TO {name} WITH INHERIT TRUE, SET FALSE",
            f"GRANT {name} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE",
            f"CREATE SCHEMA {name} AUTHORIZATION {name}",
        ):
            lake.execute(statement.encode())
    return with_login(lake_url, name, "secret", LAKE_DATABASE)


def test_lake_role_when_it_makes_tenants_roles_then_each_has_its_schema_alone(server: Provisioned) -> None:
    one, two = (_make_tenant(server.lake, name) for name in ("lake_one", "lake_two"))
    with psycopg.connect(one, autocommit=True) as lake:
        lake.execute("CREATE TABLE lake_one.file (path text)")
    with psycopg.connect(two, autocommit=True) as lake:
        for statement in (
            "TABLE lake_one.file",
            "CREATE TABLE lake_one.other ()",
            "CREATE TABLE public.other ()",
            "CREATE TEMPORARY TABLE other ()",
            "CREATE SCHEMA other",
            "SET ROLE lake_one",
            "SET ROLE dcl_lake_tenants",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                lake.execute(statement.encode())
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        psycopg.connect(in_database(two, "autonomos"))


def test_lake_role_when_it_reaches_for_roles_it_did_not_make_then_is_refused(server: Provisioned) -> None:
    with psycopg.connect(server.lake, autocommit=True) as lake:
        for statement in (
            "ALTER ROLE dcl_app PASSWORD 'mine'",
            "DROP ROLE aam_app",
            "GRANT aam_app TO dcl_lake",
            "GRANT dcl_owner TO dcl_lake",
            "GRANT pg_read_all_data TO dcl_lake",
            "SET ROLE postgres",
            "ALTER ROLE dcl_lake BYPASSRLS",
            "CREATE ROLE strong SUPERUSER",
            "CREATE ROLE strong BYPASSRLS",
            "CREATE ROLE strong CREATEDB",
            "CREATE ROLE strong IN ROLE aam_app",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                lake.execute(statement.encode())


def test_provision_when_repeated_with_new_passwords_then_only_the_new_ones_work(server: Provisioned) -> None:
    again = provision(server.admin, lambda role: f"new-{role}", ["dcl"])
    with psycopg.connect(again["dcl"].app) as app:
        assert app.execute("SELECT current_schema()").fetchone() == ("dcl",)
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(server["dcl"].app)
    provision(server.admin, lambda role: f"{testing.PASSWORD}-{role}", ["dcl"])


def test_provision_when_the_administrator_is_no_superuser_then_works_too() -> None:
    with testing.postgres() as url, psycopg.connect(url, autocommit=True) as root:
        root.execute("CREATE ROLE manager LOGIN CREATEROLE CREATEDB PASSWORD 'm'")
        # as on a managed server: trusted extensions are installed by whoever runs the server
        root.execute("CREATE DATABASE autonomos OWNER manager")
        with psycopg.connect(in_database(url, "autonomos"), autocommit=True) as database:
            database.execute("CREATE EXTENSION vector")
            database.execute("ALTER SCHEMA public OWNER TO manager")
        manager = url.replace(f"postgres:{testing.PASSWORD}", "manager:m")
        provision(manager, lambda role: role, ["aod"])
        result = provision(manager, lambda role: role, ["aod"])
        with psycopg.connect(result["aod"].owner) as owner:
            owner.execute("CREATE TABLE asset ()")
            owner.execute("GRANT SELECT ON asset TO aod_app")
        with psycopg.connect(result["aod"].app) as app:
            assert app.execute("SELECT count(*) FROM asset").fetchone() == (0,)
        one = _make_tenant(result.lake, "lake_one")
        provision(manager, lambda role: role, ["aod"])
        with psycopg.connect(one) as tenant:
            tenant.execute("CREATE TABLE lake_one.file (path text)")
            with pytest.raises(errors.InsufficientPrivilege):
                tenant.execute("CREATE SCHEMA other")
        provision(manager, lambda role: f"new-{role}", ["aod"])
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(one)


def test_provision_when_the_lakes_password_is_rotated_then_those_derived_from_it_are_withdrawn(
    server: Provisioned,
) -> None:
    one = _make_tenant(server.lake, "lake_three")
    provision(server.admin, lambda role: f"{testing.PASSWORD}-{role}", ["dcl"])
    psycopg.connect(one).close()
    provision(server.admin, lambda role: f"new-{role}", ["dcl"])
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(one)
    provision(server.admin, lambda role: f"{testing.PASSWORD}-{role}", ["dcl"])
