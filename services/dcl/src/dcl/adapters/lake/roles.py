"""One PostgreSQL role a tenant: it owns the tenant's catalogue and has a right in no other.

`dcl_lake` makes the roles and is their administrator; DuckDB logs in as the tenant's role alone. A tenant's password is
derived from `dcl_lake`'s and kept nowhere: who rotates that one rotates all. See docs/decisions/0003.
"""

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit
from uuid import UUID

import psycopg
import structlog
from psycopg import sql

from dcl.domain.errors import LakeUnavailable

Connection = psycopg.Connection[Any]
log = structlog.get_logger()

CONNECT_SECONDS = 5
TENANTS = "dcl_lake_tenants"
"""The group of tenants' roles; to connect to the catalogue's database is all that it may."""
LIMITS = "SET LOCAL lock_timeout = '10s'; SET LOCAL statement_timeout = '15s'"
ROLE_LOCK, CATALOGUE_LOCK = 3, 4

_STATE = """
    SELECT
        r.rolconnlimit = %(limit)s AND n.nspowner = r.oid AND NOT EXISTS (
            SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relowner = current_user::regrole
        ),
        EXISTS (SELECT FROM pg_class c WHERE c.relnamespace = n.oid AND c.relname = 'ducklake_metadata')
    FROM pg_roles r LEFT JOIN pg_namespace n ON n.nspname = r.rolname WHERE r.rolname = %(role)s
"""
_LEFT_BEHIND = """
    SELECT relname FROM pg_class
    WHERE relnamespace = %s::regnamespace AND relowner = current_user::regrole AND relkind IN ('r', 'p', 'v', 'm', 'S')
"""


@dataclass(frozen=True)
class Login:
    """A role and its password."""

    role: str
    password: str = field(repr=False)


def catalogue_schema(tenant_id: UUID) -> str:
    """Return the name of a tenant's metadata schema, which is also that of the role that owns it."""
    return f"lake_{tenant_id.hex}"


def libpq(values: dict[str, str]) -> str:
    """Return connection parameters in libpq's key=value form, which `ATTACH` takes."""
    escaped = {key: value.replace("\\", "\\\\").replace("'", "\\'") for key, value in values.items()}
    return " ".join(f"{key}='{value}'" for key, value in escaped.items())


def server_of(url: str) -> dict[str, str]:
    """Return libpq's parameters of a PostgreSQL URL, but for the login."""
    parts = urlsplit(url)
    return {
        "host": parts.hostname or "127.0.0.1",
        "port": str(parts.port or 5432),
        "dbname": parts.path.lstrip("/"),
        "connect_timeout": str(CONNECT_SECONDS),
        **dict(parse_qsl(parts.query)),
    }


def _lock(connection: Connection, function: str, role: str, kind: int) -> None:
    query = sql.SQL("SELECT {}(hashtextextended(%s, %s))").format(sql.Identifier(function))
    connection.execute(query, [role, kind])


def _hand_over(connection: Connection, name: str) -> None:
    """Make the tenant's schema, and give the role what in it is still `dcl_lake`'s."""
    role = sql.Identifier(name)
    connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {0} AUTHORIZATION {0}").format(role))
    connection.execute(sql.SQL("ALTER SCHEMA {0} OWNER TO {0}").format(role))
    for (relation,) in connection.execute(_LEFT_BEHIND, [name]).fetchall():
        table = sql.Identifier(name, relation)
        connection.execute(sql.SQL("ALTER TABLE {} OWNER TO {}").format(table, role))


class CatalogueRoles:
    """Makes and repairs the tenants' roles, as `dcl_lake`. Blocking: use from worker threads."""

    def __init__(self, url: str, connections: int) -> None:
        """Take `dcl_lake`'s URL, and how many connections a tenant's role may hold at once.

        Raises ValueError for a URL without a password: the tenants' would be known to everybody.
        """
        parts = urlsplit(url)
        self._password = unquote(parts.password or "")
        if not self._password:
            raise ValueError("The lake's catalogue URL has no password, from which those of tenants are derived.")
        self._conninfo = libpq({**server_of(url), "user": unquote(parts.username or ""), "password": self._password})
        self._connections = connections

    def login(self, tenant_id: UUID) -> Login:
        """Return the tenant's login: HMAC-SHA256 over `lake:<tenant>` with `dcl_lake`'s password as key (RFC 2104)."""
        mac = hmac.new(self._password.encode(), f"lake:{tenant_id}".encode(), hashlib.sha256)
        return Login(catalogue_schema(tenant_id), mac.hexdigest())

    def ensure(self, tenant_id: UUID, *, renew: bool = False) -> bool:
        """Make the tenant's role and schema, or hand them what is still `dcl_lake`'s; with `renew` set the password.

        Returns whether the schema holds a catalogue; waits for one that is being created. Safe to call from any number
        of threads and processes at once. Raises `LakeUnavailable`.
        """
        login = self.login(tenant_id)
        with self._connected() as connection:
            if not renew:
                _lock(connection, "pg_advisory_xact_lock_shared", login.role, CATALOGUE_LOCK)
            ready, made = self._state(connection, login.role)
            if ready and not renew:
                return made
            _lock(connection, "pg_advisory_xact_lock", login.role, ROLE_LOCK)
            ready, made = self._state(connection, login.role)
            if renew or not ready:  # nobody else was first
                self._make_role(connection, login)
                _hand_over(connection, login.role)
            return made

    @contextmanager
    def creating(self, tenant_id: UUID) -> Iterator[None]:
        """Hold off every other process that opens the tenant's lake: DuckLake cannot create one twice at once."""
        with self._connected() as connection:
            _lock(connection, "pg_advisory_xact_lock", catalogue_schema(tenant_id), CATALOGUE_LOCK)
            yield

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        """A transaction as `dcl_lake`."""
        try:
            with psycopg.connect(self._conninfo) as connection:
                connection.execute(LIMITS)
                yield connection
        except psycopg.errors.InsufficientPrivilege as error:
            log.warning("lake.role_refused", error=type(error).__name__)
            hint = "Provision PostgreSQL again: python -m aos_local.provision."
            raise LakeUnavailable("The lake's own role may not make a tenant's.", hint=hint) from error
        except psycopg.Error as error:
            log.warning("lake.role_failed", error=type(error).__name__)
            raise LakeUnavailable("The lake cannot be opened.", hint="Is its catalogue database up?") from error

    def _state(self, connection: Connection, role: str) -> tuple[bool, bool]:
        """Return whether role and schema are as they should be, and whether the schema holds a catalogue."""
        row = connection.execute(_STATE, {"limit": self._connections, "role": role}).fetchone()
        return (bool(row[0]), bool(row[1])) if row else (False, False)

    def _make_role(self, connection: Connection, login: Login) -> None:
        role = sql.Identifier(login.role)
        if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [login.role]).fetchone() is None:
            connection.execute(sql.SQL("CREATE ROLE {}").format(role))
        # Only a verifier is sent: a server that logs its statements must not log the password.
        verifier = connection.pgconn.encrypt_password(login.password.encode(), login.role.encode(), b"scram-sha-256")
        for statement in (
            "ALTER ROLE {role} LOGIN NOINHERIT CONNECTION LIMIT {limit} PASSWORD {verifier}",
            "GRANT {tenants} TO {role} WITH INHERIT TRUE, SET FALSE",
            # To hand over a table one must be able to become its new owner; inherited, so that a worker of the previous
            # release, which logs in as dcl_lake, goes on until it is replaced.
            "GRANT {role} TO CURRENT_USER WITH INHERIT TRUE, SET TRUE",
        ):
            connection.execute(
                sql.SQL(statement).format(
                    role=role,
                    tenants=sql.Identifier(TENANTS),
                    limit=sql.Literal(self._connections),
                    verifier=sql.Literal(verifier.decode()),
                )
            )
