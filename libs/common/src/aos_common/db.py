"""PostgreSQL with tenancy in its structure: the only connections there are run inside `tenant_tx` or `platform_tx`.

`tenant_tx` opens a transaction whose `aos.tenant_id` setting the row-level-security policies compare with; a query that
forgets its WHERE still sees one tenant. `platform_tx` takes on the `<svc>_platform` role, which may touch the
transport tables (outbox, jobs) of all tenants and nothing else. See docs/decisions/0004.

Nothing is set for a session: search path and time limits belong to the role (`aos_local.provision`), the tenant to its
transaction. So it also works through PgBouncer in transaction mode, which a URL with `?pgbouncer=true` tells: then no
prepared statement outlives its transaction.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit
from uuid import UUID

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from aos_common.errors import DependencyUnavailable, InvalidRequest, Overloaded
from aos_common.notices import Notices
from aos_common.tls import postgres_tls

__all__ = ["PUBLISHED", "Database", "tenant_table"]

_DRIVER_ERRORS = (OSError, sa.exc.DBAPIError, asyncpg.PostgresError, asyncpg.InterfaceError)
PUBLISHED = "aos.published"
"""Set in a connection's `info` by who adds an event to the outbox within its transaction."""
_UNSTORABLE = ("22021", "22P05")
"""SQLSTATEs of texts with a NUL, in a column and inside JSON."""


def tenant_table(name: str, metadata: sa.MetaData, *columns: Any, primary_key: tuple[str, ...] = ("id",)) -> sa.Table:
    """Declare a tenant table: `tenant_id uuid not null` first, and first in the primary key."""
    return sa.Table(
        name,
        metadata,
        sa.Column("tenant_id", PG_UUID(as_uuid=True), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("tenant_id", *primary_key),
    )


def _unavailable() -> DependencyUnavailable:
    return DependencyUnavailable("The database does not answer.", hint="Try again in a moment.")


def _is_unstorable(error: BaseException) -> bool:
    if not isinstance(error, sa.exc.DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", "") in _UNSTORABLE or "surrogates not allowed" in str(error.orig)


def _driver_arguments(url: str) -> tuple[str, dict[str, Any], bool]:
    """Return the driver's URL, what it takes for TLS and for a transaction pooler, and whether there is one."""
    bare, tls = postgres_tls(url)
    parts = urlsplit(bare)
    query = dict(parse_qsl(parts.query))
    pooled = query.pop("pgbouncer", "false") == "true"
    arguments: dict[str, Any] = {"ssl": tls}
    if pooled:
        # An unnamed statement is replaced by the next one; a named one would wait on whichever server came first.
        arguments |= {"statement_cache_size": 0, "prepared_statement_cache_size": 0}
        arguments["prepared_statement_name_func"] = str
    return urlunsplit(parts._replace(scheme="postgresql", query=urlencode(query))), arguments, pooled


class Database:
    """A bounded pool of connections to one service's schema.

    A caller that finds no free connection within `wait` seconds gets `Overloaded` (503), never an endless queue.
    `notices` tells of work that was committed.
    """

    def __init__(self, url: str, schema: str, *, pool_size: int = 8, wait: float = 1.0) -> None:
        self.schema = schema
        self.before_commit: Callable[[AsyncConnection, UUID], Awaitable[None]] | None = None
        bare, arguments, pooled = _driver_arguments(url)
        settings = {"application_name": schema}
        # The role's limit of a minute is for connections that nobody needs any more.
        unlimited = {**settings, "idle_session_timeout": "0"}
        listen = partial(asyncpg.connect, bare, timeout=5, ssl=arguments["ssl"], server_settings=unlimited)
        self.notices = Notices(schema, None if pooled else listen)
        self._engine = create_async_engine(
            bare.replace("postgresql", "postgresql+asyncpg", 1),
            # The transaction is opened by hand so that BEGIN and SET LOCAL share one round trip.
            isolation_level="AUTOCOMMIT",
            poolclass=AsyncAdaptedQueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=wait,
            pool_recycle=1800,
            # The one used last is used first, so that the others are idle long enough for the server to end them.
            pool_use_lifo=True,
            # A row's values may be personal, and a failed statement's text goes to the log.
            hide_parameters=True,
            connect_args={"timeout": 5, "server_settings": settings, **arguments},
        )

    def tenant_tx(self, tenant_id: UUID) -> AbstractAsyncContextManager[AsyncConnection]:
        """Yield a connection in a transaction that sees the tenant's rows only; commit, or roll back on error.

        What `before_commit` writes commits with the block's changes (the audit's facts, see calls/audit.py).
        """
        # A UUID's text holds hexadecimal digits and dashes only, so it cannot break out of the literal.
        return self._transaction(f"BEGIN; SET LOCAL aos.tenant_id = '{UUID(str(tenant_id))}'", tenant_id)

    def platform_tx(self) -> AbstractAsyncContextManager[AsyncConnection]:
        """Yield a connection in a transaction that may touch the transport tables of all tenants, and nothing else."""
        return self._transaction(f'BEGIN; SET LOCAL ROLE "{self.schema}_platform"')

    @asynccontextmanager
    async def as_platform(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """Take on the platform role for a block inside a tenant transaction, without a second connection."""
        await connection.exec_driver_sql(f'SET LOCAL ROLE "{self.schema}_platform"')
        yield
        # On an error the transaction rolls back, and the role with it.
        await connection.exec_driver_sql("SET LOCAL ROLE NONE")

    @asynccontextmanager
    async def _transaction(self, begin: str, tenant_id: UUID | None = None) -> AsyncIterator[AsyncConnection]:
        connection, driver = await self._connect()
        try:
            try:
                await driver.execute(begin)
                yield connection
                if tenant_id is not None and self.before_commit is not None:
                    await self.before_commit(connection, tenant_id)
                published = connection.info.pop(PUBLISHED, False)
                await driver.execute("COMMIT")
                if published:
                    self.notices.published()
            except BaseException as error:
                lost = driver.is_closed()
                await self._roll_back(connection, driver)
                if lost and isinstance(error, _DRIVER_ERRORS):
                    raise _unavailable() from error
                if _is_unstorable(error):
                    raise InvalidRequest("A text holds characters that cannot be stored, such as NUL.") from error
                raise
        finally:
            # Shielded: a connection whose return is cancelled would be lost to the pool.
            await asyncio.shield(connection.close())

    async def _connect(self) -> tuple[AsyncConnection, Any]:
        """Return a live connection with its driver; those that the server has closed meanwhile are thrown away."""
        try:
            while True:
                connection = await self._engine.connect()
                assert connection.sync_connection is not None
                driver = connection.sync_connection.connection.driver_connection
                assert driver is not None
                if not driver.is_closed():
                    return connection, driver
                await connection.invalidate()
                await connection.close()
        except sa.exc.TimeoutError:
            raise Overloaded("All database connections are in use.", hint="Try again in a moment.") from None
        except (OSError, sa.exc.DBAPIError) as error:
            raise _unavailable() from error

    @staticmethod
    async def _roll_back(connection: AsyncConnection, driver: Any) -> None:
        if driver.is_closed():
            await connection.invalidate()
            return
        connection.info.pop(PUBLISHED, None)
        try:
            # Shielded: a cancelled request must not hand a connection in mid-transaction back to the pool.
            await asyncio.shield(driver.execute("ROLLBACK"))
        except BaseException:
            await connection.invalidate()
            raise

    async def ping(self) -> None:
        """Raise `DependencyUnavailable` unless PostgreSQL answers."""
        async with self._transaction("BEGIN"):
            pass

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
