"""PostgreSQL with tenancy in its structure: the only connections there are run inside `tenant_tx` or `platform_tx`.

`tenant_tx` opens a transaction whose `aos.tenant_id` setting the row-level-security policies compare with; a query that
forgets its WHERE still sees one tenant. `platform_tx` takes on the `<svc>_platform` role, which may touch the
transport tables (outbox, jobs) of all tenants and nothing else. See docs/decisions/0004.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from aos_common.errors import DependencyUnavailable, Overloaded

__all__ = ["Database", "tenant_table"]

STATEMENT_TIMEOUT_MS = 30_000


def tenant_table(name: str, metadata: sa.MetaData, *columns: Any, primary_key: tuple[str, ...] = ("id",)) -> sa.Table:
    """Declare a tenant table: `tenant_id uuid not null` first, and first in the primary key."""
    return sa.Table(
        name,
        metadata,
        sa.Column("tenant_id", PG_UUID(as_uuid=True), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint("tenant_id", *primary_key),
    )


def _async_url(url: str) -> str:
    return url.replace("postgresql://", "postgresql+asyncpg://", 1)


class Database:
    """A bounded pool of connections to one service's schema.

    A caller that finds no free connection within `wait` seconds gets `Overloaded` (503), never an endless queue.
    """

    def __init__(self, url: str, schema: str, *, pool_size: int = 8, wait: float = 5.0) -> None:
        self.schema = schema
        self._engine = create_async_engine(
            _async_url(url),
            # The transaction is opened by hand so that BEGIN and SET LOCAL share one round trip.
            isolation_level="AUTOCOMMIT",
            poolclass=AsyncAdaptedQueuePool,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=wait,
            pool_recycle=1800,
            connect_args={
                "timeout": 5,
                "server_settings": {
                    "search_path": schema,
                    "application_name": schema,
                    "statement_timeout": str(STATEMENT_TIMEOUT_MS),
                    "idle_in_transaction_session_timeout": "60000",
                },
            },
        )

    @asynccontextmanager
    async def tenant_tx(self, tenant_id: UUID) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a transaction that sees the tenant's rows only; commit, or roll back on error."""
        # A UUID's text holds hexadecimal digits and dashes only, so it cannot break out of the literal.
        async with self._transaction(f"BEGIN; SET LOCAL aos.tenant_id = '{UUID(str(tenant_id))}'") as connection:
            yield connection

    @asynccontextmanager
    async def platform_tx(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection in a transaction that may touch the transport tables of all tenants, and nothing else."""
        async with self._transaction(f'BEGIN; SET LOCAL ROLE "{self.schema}_platform"') as connection:
            yield connection

    @asynccontextmanager
    async def as_platform(self, connection: AsyncConnection) -> AsyncIterator[None]:
        """Take on the platform role for a block inside a tenant transaction, without a second connection."""
        await connection.exec_driver_sql(f'SET LOCAL ROLE "{self.schema}_platform"')
        yield
        # On an error the transaction rolls back, and the role with it.
        await connection.exec_driver_sql("SET LOCAL ROLE NONE")

    @asynccontextmanager
    async def _transaction(self, begin: str) -> AsyncIterator[AsyncConnection]:
        connection = await self._connect()
        try:
            driver = await self._driver(connection)
            await driver.execute(begin)
            try:
                yield connection
            except BaseException:
                await self._roll_back(connection, driver)
                raise
            await driver.execute("COMMIT")
        finally:
            await connection.close()

    async def _connect(self) -> AsyncConnection:
        try:
            return await self._engine.connect()
        except sa.exc.TimeoutError:
            raise Overloaded("All database connections are in use.", hint="Try again in a moment.") from None
        except (TimeoutError, OSError, sa.exc.DBAPIError) as error:
            raise DependencyUnavailable("The database does not answer.", hint="Try again in a moment.") from error

    @staticmethod
    async def _driver(connection: AsyncConnection) -> Any:
        return (await connection.get_raw_connection()).driver_connection

    @staticmethod
    async def _roll_back(connection: AsyncConnection, driver: Any) -> None:
        if driver.is_closed():
            await connection.invalidate()
            return
        try:
            # Shielded: a cancelled request must not hand a connection in mid-transaction back to the pool.
            await asyncio.shield(driver.execute("ROLLBACK"))
        except BaseException:
            await connection.invalidate()
            raise

    async def ping(self) -> None:
        """Raise `DependencyUnavailable` unless PostgreSQL answers."""
        connection = await self._connect()
        try:
            await connection.exec_driver_sql("SELECT 1")
        finally:
            await connection.close()

    async def close(self) -> None:
        """Close every connection."""
        await self._engine.dispose()
