"""Roles, schemas and databases that the services expect in PostgreSQL (16 or newer).

Idempotent: run again it creates what is missing and sets the passwords it is given.
`python -m aos_local.provision --url URL --secrets FOLDER` does it for a server of your own.
"""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from aos_local.secrets import SecretStore
from aos_local.settings import SERVICES

DATABASE = "autonomos"
LAKE_DATABASE = "autonomos_lake"
LAKE_ROLE = "dcl_lake"
LAKE_TENANTS = "dcl_lake_tenants"
"""The group of the roles that `dcl_lake` makes, one a tenant."""

PasswordOf = Callable[[str], str]


@dataclass(frozen=True)
class ServiceUrls:
    """Two connections of one service: `owner` migrates, `app` reads and writes rows under row-level security."""

    owner: str
    app: str


@dataclass(frozen=True)
class Provisioned:
    """What a provisioned server offers; `lake` is the URL of the DuckLake catalogue database."""

    admin: str
    services: dict[str, ServiceUrls]
    lake: str

    def __getitem__(self, service: str) -> ServiceUrls:
        return self.services[service]


def with_login(url: str, role: str, password: str, database: str) -> str:
    """The same server as `url`, seen by another role in another database."""
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    login = f"{quote(role, safe='')}:{quote(password, safe='')}"
    return urlunsplit((parts.scheme, f"{login}@{host}", f"/{database}", parts.query, ""))


def in_database(url: str, database: str) -> str:
    """The same server and login as `url`, in another database."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"/{database}", parts.query, ""))


def provision(admin_url: str, password_of: PasswordOf, services: Sequence[str] = SERVICES) -> Provisioned:
    """Create what the services need and return their URLs; `password_of` gives one password for each login role."""
    lake = with_login(admin_url, LAKE_ROLE, password_of(LAKE_ROLE), LAKE_DATABASE)
    with psycopg.connect(admin_url, autocommit=True, connect_timeout=10) as server:
        for service in services:
            _service_roles(server, service, password_of)
        rotated = _exists(server, "pg_roles", "rolname", LAKE_ROLE) and not _logs_in(lake)
        _role(server, LAKE_ROLE, password_of(LAKE_ROLE), makes_roles=True)
        _database(server, DATABASE, None)
        _database(server, LAKE_DATABASE, LAKE_ROLE)
        _lake_tenants(server)
        if rotated:
            _withdraw_tenants_passwords(server)
    with psycopg.connect(in_database(admin_url, LAKE_DATABASE), autocommit=True, connect_timeout=10) as lake_database:
        lake_database.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    with psycopg.connect(in_database(admin_url, DATABASE), autocommit=True, connect_timeout=10) as database:
        database.execute("CREATE EXTENSION IF NOT EXISTS vector")
        database.execute("REVOKE CREATE ON SCHEMA public FROM PUBLIC")
        for service in services:
            _service_schema(database, service)
    logins = {
        service: ServiceUrls(
            *(
                with_login(admin_url, role, password_of(role), DATABASE)
                for role in (f"{service}_owner", f"{service}_app")
            )
        )
        for service in services
    }
    return Provisioned(admin_url, logins, lake)


def _exists(connection: psycopg.Connection, catalogue: str, column: str, name: str) -> bool:
    question = sql.SQL("SELECT 1 FROM {} WHERE {} = %s").format(sql.Identifier(catalogue), sql.Identifier(column))
    return connection.execute(question, [name]).fetchone() is not None


def _logs_in(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return False
    return True


def _role(server: psycopg.Connection, name: str, password: str | None, makes_roles: bool = False) -> None:
    role = sql.Identifier(name)
    if not _exists(server, "pg_roles", "rolname", name):
        server.execute(sql.SQL("CREATE ROLE {}").format(role))
    if password is None:
        server.execute(sql.SQL("ALTER ROLE {} NOLOGIN").format(role))
    else:
        # Since PostgreSQL 16 a role that makes roles administers those alone.
        roles = sql.SQL("CREATEROLE" if makes_roles else "NOCREATEROLE")
        login = sql.SQL("ALTER ROLE {} LOGIN NOCREATEDB {} PASSWORD {}")
        server.execute(login.format(role, roles, sql.Literal(password)))
    # Whoever administers without being a superuser must be a member to give a role its schema or database.
    own = sql.SQL("GRANT {} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE").format(role)
    if not _is_superuser(server):
        server.execute(own)


def _is_superuser(server: psycopg.Connection) -> bool:
    found = server.execute("SELECT rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
    return bool(found and found[0])


def _service_roles(server: psycopg.Connection, service: str, password_of: PasswordOf) -> None:
    owner, app, platform = (f"{service}_{kind}" for kind in ("owner", "app", "platform"))
    _role(server, owner, password_of(owner))
    _role(server, app, password_of(app))
    _role(server, platform, None)
    # `SET ROLE` alone opens the transport tables: no ordinary query of the app role can reach them by accident.
    grant = sql.SQL("GRANT {} TO {} WITH INHERIT FALSE, SET TRUE")
    server.execute(grant.format(sql.Identifier(platform), sql.Identifier(app)))


def _lake_tenants(server: psycopg.Connection) -> None:
    """A right in the database given to each tenant's role would be a list in one row that grows with every tenant."""
    _role(server, LAKE_TENANTS, None)
    names = {"tenants": sql.Identifier(LAKE_TENANTS), "lake": sql.Identifier(LAKE_ROLE)}
    connect = sql.SQL("GRANT CONNECT ON DATABASE {} TO {tenants}").format(sql.Identifier(LAKE_DATABASE), **names)
    server.execute(connect)
    server.execute(sql.SQL("GRANT {tenants} TO {lake} WITH ADMIN TRUE, INHERIT FALSE, SET FALSE").format(**names))


def _withdraw_tenants_passwords(server: psycopg.Connection) -> None:
    """Who knows an earlier password of `dcl_lake` could derive the tenants' from it; DCL gives each a new one."""
    roles = server.execute(
        "SELECT r.rolname FROM pg_auth_members m JOIN pg_roles r ON r.oid = m.member"
        " WHERE m.roleid = %s::regrole AND r.rolname <> %s AND r.rolname <> current_user",
        [LAKE_TENANTS, LAKE_ROLE],
    ).fetchall()
    with server.transaction():
        server.execute(sql.SQL("SET LOCAL ROLE {}").format(sql.Identifier(LAKE_ROLE)))  # it administers them
        for (name,) in roles:
            server.execute(sql.SQL("ALTER ROLE {} PASSWORD NULL").format(sql.Identifier(name)))


def _database(server: psycopg.Connection, name: str, owner: str | None) -> None:
    database = sql.Identifier(name)
    if not _exists(server, "pg_database", "datname", name):
        create = sql.SQL("CREATE DATABASE {} ENCODING 'UTF8' TEMPLATE template0").format(database)
        server.execute(create)
    if owner is not None:
        server.execute(sql.SQL("ALTER DATABASE {} OWNER TO {}").format(database, sql.Identifier(owner)))
    server.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))


def _service_schema(database: psycopg.Connection, service: str) -> None:
    names = {kind: sql.Identifier(f"{service}_{kind}") for kind in ("owner", "app", "platform")}
    schema = sql.Identifier(service)
    for statement in (
        "GRANT CONNECT, TEMPORARY ON DATABASE {database} TO {owner}, {app}",
        "CREATE SCHEMA IF NOT EXISTS {schema} AUTHORIZATION {owner}",
        "GRANT USAGE ON SCHEMA {schema} TO {app}, {platform}",
        # Migrations grant what each table needs; a right by default would reach tables that are no tenant's.
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} REVOKE ALL ON TABLES FROM {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT USAGE ON SEQUENCES TO {app}",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
        "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA {schema} GRANT EXECUTE ON FUNCTIONS TO {app}",
        "ALTER ROLE {owner} IN DATABASE {database} SET search_path = {schema}, public",
        # Settings of the role, not of a session: they hold behind a transaction pooler, too.
        "ALTER ROLE {app} IN DATABASE {database} SET search_path = {schema}, public",
        "ALTER ROLE {app} IN DATABASE {database} SET statement_timeout = '30s'",
        "ALTER ROLE {app} IN DATABASE {database} SET idle_in_transaction_session_timeout = '60s'",
        # What a pool kept from its busiest moment is given back: an idle server process holds 3 to 9 MB.
        "ALTER ROLE {app} IN DATABASE {database} SET idle_session_timeout = '60s'",
    ):
        database.execute(sql.SQL(statement).format(schema=schema, database=sql.Identifier(DATABASE), **names))


def main() -> None:
    """Provision a server of your own; passwords are kept in the secrets folder."""
    parser = argparse.ArgumentParser(prog="python -m aos_local.provision", description=main.__doc__)
    parser.add_argument("--url", required=True, help="postgresql:// URL of a role that may create roles and databases")
    parser.add_argument("--secrets", type=Path, required=True, help="folder for the generated passwords")
    options = parser.parse_args()
    store = SecretStore(options.secrets)
    provisioned = provision(options.url, lambda role: store.password(f"postgres-{role}"))
    for service in provisioned.services:
        print(f"{service}: roles {service}_owner and {service}_app, schema {service}")
    print(f"dcl: role {LAKE_ROLE}, database {LAKE_DATABASE}")


if __name__ == "__main__":
    main()
