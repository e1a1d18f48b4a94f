"""The pool behind PgBouncer in transaction mode; PgBouncer is a package of the system, so elsewhere this is skipped."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import asyncpg
import pytest
import sqlalchemy as sa
from aos_common.db import Database
from aos_common.errors import Overloaded
from aos_common.jobs import enqueue
from aos_local.provision import Provisioned
from aos_local.testing_walls import has_pgbouncer, pgbouncer

pytestmark = pytest.mark.skipif(not has_pgbouncer(), reason="no pgbouncer on this machine: apt install pgbouncer")


@pytest.fixture(scope="module")
def pooled_url(provisioned: Provisioned) -> Iterator[str]:
    with pgbouncer(provisioned["aod"].app, servers=3) as url:
        yield url


@pytest.fixture
async def databases(pooled_url: str) -> AsyncIterator[list[Database]]:
    """Several processes' pools before three connections to PostgreSQL."""
    several = [Database(pooled_url, "aod", pool_size=4, wait=5) for _ in range(4)]
    yield several
    for database in several:
        await database.close()


async def _add_and_read(database: Database, tenant: UUID, number: int) -> set[UUID]:
    async with database.tenant_tx(tenant) as tx:
        await tx.execute(sa.text("INSERT INTO notes VALUES (:t, :n, :x)"), {"t": tenant, "n": number, "x": f"{number}"})
        await asyncio.sleep(0.001)
        return set((await tx.execute(sa.text("SELECT tenant_id FROM notes"))).scalars())


async def test_tenant_tx_when_many_share_few_servers_then_each_sees_its_own_tenant_alone(
    databases: list[Database],
) -> None:
    tenants = [uuid4() for _ in range(8)]
    work = [
        _add_and_read(database, tenant, number)
        for number in range(10)
        for place, database in enumerate(databases)
        for tenant in tenants[place * 2 : place * 2 + 2]
    ]
    seen = await asyncio.gather(*work)
    assert {len(one) for one in seen} == {1}
    assert set().union(*seen) == set(tenants)


async def test_transactions_when_pooled_then_role_limits_hold_and_nothing_of_a_tenant_stays(
    databases: list[Database], pooled_url: str, tenant: UUID
) -> None:
    async with databases[0].tenant_tx(tenant) as tx:
        shown = [
            (await tx.execute(sa.text(f"SHOW {name}"))).scalar_one() for name in ("search_path", "statement_timeout")
        ]
        assert await enqueue(tx, tenant_id=tenant, kind="k", payload={})
    assert shown == ["aod, public", "30s"]
    async with databases[1].platform_tx() as tx:
        assert (await tx.execute(sa.text("SELECT count(*) FROM jobs"))).scalar_one() >= 1
    stranger = await asyncpg.connect(pooled_url.partition("?")[0], statement_cache_size=0)
    async with stranger.transaction():
        for _ in range(5):
            assert not await stranger.fetchval("SELECT current_setting('aos.tenant_id', true)")
            assert await stranger.fetchval("SELECT current_user") == "aod_app"
            assert await stranger.fetchval("SELECT count(*) FROM notes") == 0
    await stranger.close()


async def test_tenant_tx_when_the_budget_is_spent_then_the_next_is_refused_at_once(
    pooled_url: str, tenant: UUID
) -> None:
    database = Database(pooled_url, "aod", pool_size=1, wait=0.2)
    async with database.tenant_tx(tenant):
        began = asyncio.get_running_loop().time()
        with pytest.raises(Overloaded):
            await database.ping()
        assert asyncio.get_running_loop().time() - began < 1
    await database.close()
