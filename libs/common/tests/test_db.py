import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from aos_common.db import Database
from aos_common.errors import DependencyUnavailable, InvalidRequest, Overloaded
from aos_local.provision import Provisioned


async def _add(database: Database, tenant: UUID, text: str) -> None:
    async with database.tenant_tx(tenant) as connection:
        await connection.execute(
            sa.text("INSERT INTO notes SELECT :tenant, coalesce(max(id), 0) + 1, :text FROM notes"),
            {"tenant": tenant, "text": text},
        )


async def _texts(database: Database, tenant: UUID) -> list[str]:
    async with database.tenant_tx(tenant) as connection:
        return list((await connection.execute(sa.text("SELECT text FROM notes ORDER BY id"))).scalars())


async def test_tenant_tx_when_another_tenant_reads_then_it_sees_nothing(database: Database, tenant: UUID) -> None:
    await _add(database, tenant, "mine")
    assert await _texts(database, tenant) == ["mine"]
    assert await _texts(database, uuid4()) == []


async def test_tenant_tx_when_a_row_names_another_tenant_then_the_write_is_refused(
    database: Database, tenant: UUID
) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="row-level security"):
        async with database.tenant_tx(tenant) as connection:
            await connection.execute(sa.text("INSERT INTO notes VALUES (:other, 1, 'x')"), {"other": uuid4()})
    assert await _texts(database, tenant) == []


async def test_tenant_tx_when_the_block_raises_then_nothing_stays_and_the_connection_is_clean(
    database: Database, tenant: UUID
) -> None:
    for _ in range(8):  # more than the pool holds
        with pytest.raises(ZeroDivisionError):
            async with database.tenant_tx(tenant) as connection:
                await connection.execute(sa.text("INSERT INTO notes VALUES (:t, 1, 'x')"), {"t": tenant})
                raise ZeroDivisionError
    assert await _texts(database, tenant) == []


async def test_tenant_tx_when_cancelled_then_the_pool_does_not_leak(database: Database, tenant: UUID) -> None:
    async def slow() -> None:
        async with database.tenant_tx(tenant) as connection:
            await connection.execute(sa.text("SELECT pg_sleep(5)"))

    for _ in range(6):
        task = asyncio.create_task(slow())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert await _texts(database, tenant) == []


async def test_tenant_tx_when_the_pool_is_full_then_it_says_overloaded(database: Database, tenant: UUID) -> None:
    release = asyncio.Event()

    async def hold() -> None:
        async with database.tenant_tx(tenant):
            await release.wait()

    holders = [asyncio.create_task(hold()) for _ in range(4)]
    await asyncio.sleep(0.3)
    with pytest.raises(Overloaded):
        await _texts(database, tenant)
    release.set()
    await asyncio.gather(*holders)


async def test_platform_tx_when_it_reads_a_tenant_table_then_it_is_refused(database: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"):
        async with database.platform_tx() as connection:
            await connection.execute(sa.text("SELECT * FROM notes"))


async def test_database_when_nothing_listens_then_it_says_unavailable() -> None:
    database = Database("postgresql://x:y@127.0.0.1:1/z", "aod")
    with pytest.raises(DependencyUnavailable):
        await database.ping()
    await database.close()


async def _drop_connections(provisioned: Provisioned) -> None:
    """As a restart of the server does: every connection of the service is closed."""
    connection = await asyncpg.connect(provisioned["aod"].app)
    others = "SELECT pid FROM pg_stat_activity WHERE usename = current_user AND pid <> pg_backend_pid()"
    await connection.execute(f"SELECT pg_terminate_backend(pid) FROM ({others}) AS other")
    await connection.close()
    await asyncio.sleep(0.1)


async def test_tenant_tx_when_the_server_dropped_idle_connections_then_the_next_use_opens_new_ones(
    database: Database, provisioned: Provisioned, tenant: UUID
) -> None:
    release = asyncio.Event()

    async def hold() -> None:
        async with database.tenant_tx(tenant):
            await release.wait()

    holders = [asyncio.create_task(hold()) for _ in range(4)]
    await asyncio.sleep(0.3)
    release.set()
    await asyncio.gather(*holders)
    await _drop_connections(provisioned)
    assert await _texts(database, tenant) == []
    assert await _texts(database, tenant) == []


async def test_pool_when_its_busiest_moment_has_passed_then_it_keeps_what_it_uses(
    provisioned: Provisioned, tenant: UUID
) -> None:
    limit = "ALTER ROLE aod_app IN DATABASE autonomos SET idle_session_timeout = '{}'"
    app = await asyncpg.connect(provisioned["aod"].app)
    assert await app.fetchval("SHOW idle_session_timeout") == "1min"
    await app.execute(limit.format("300ms"))
    database = Database(provisioned["aod"].app, "aod", pool_size=4)
    held = sa.text("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'aod'")

    async def count() -> int:
        async with database.tenant_tx(tenant) as connection:
            return int((await connection.execute(held)).scalar_one())

    try:
        async with database.platform_tx(), database.platform_tx(), database.platform_tx():
            assert await count() == 4
        counts = [await count() for _ in range(10) if not await asyncio.sleep(0.1)]
        assert counts[-1] == 1, counts
    finally:
        await app.execute(limit.format("60s"))
        await app.close()
        await database.close()


async def test_tenant_tx_when_the_connection_is_lost_midway_then_it_says_unavailable(
    database: Database, provisioned: Provisioned, tenant: UUID
) -> None:
    for statement in ("SELECT 1", ""):
        with pytest.raises(DependencyUnavailable):
            async with database.tenant_tx(tenant) as connection:
                await _drop_connections(provisioned)
                if statement:
                    await connection.execute(sa.text(statement))


@pytest.mark.parametrize("statement", ["BEGIN", "COMMIT"])
async def test_tenant_tx_when_cancelled_while_it_begins_or_commits_then_no_transaction_stays_open(
    database: Database, tenant: UUID, statement: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute = asyncpg.Connection.execute

    async def slow(driver: Any, sql: str, *values: Any) -> str:
        done = await execute(driver, sql, *values) if sql.startswith("BEGIN") else ""
        if sql.startswith(statement):
            await asyncio.sleep(5)
        return done or await execute(driver, sql, *values)

    monkeypatch.setattr(asyncpg.Connection, "execute", slow)
    task = asyncio.create_task(_add(database, tenant, "late"))
    await asyncio.sleep(0.3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    monkeypatch.undo()
    async with database._engine.connect() as connection:
        driver = (await connection.get_raw_connection()).driver_connection
        assert driver is not None
        assert not driver.is_in_transaction()


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
async def test_tenant_tx_when_a_text_cannot_be_stored_then_the_request_is_invalid(
    database: Database, tenant: UUID, text: str
) -> None:
    with pytest.raises(InvalidRequest):
        await _add(database, tenant, text)
