"""Jobs that wait for a time: run then and not before, withdrawn while they wait, and kept as long as asked."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.jobs import Job, Worker, enqueue, withdraw


async def _wait(database: Database, tenant: UUID, kind: str, key: str, seconds: float) -> bool:
    at = datetime.now(UTC) + timedelta(seconds=seconds)
    async with database.tenant_tx(tenant) as connection:
        return await enqueue(connection, tenant_id=tenant, kind=kind, payload={}, key=key, run_at=at)


async def _withdrawn(database: Database, tenant: UUID, kind: str, key: str) -> bool:
    async with database.tenant_tx(tenant) as connection:
        return await withdraw(connection, kind=kind, key=key)


async def test_job_when_it_waits_for_a_time_then_runs_then_and_not_before(database: Database, tenant: UUID) -> None:
    kind, ran = uuid4().hex, dict[str, datetime]()

    async def handle(job: Job) -> None:
        ran[job.key] = datetime.now(UTC)

    begun = datetime.now(UTC)
    assert await _wait(database, tenant, kind, "later", 1.0)
    assert not await _wait(database, tenant, kind, "later", 0.0), "one job a key"
    assert await _wait(database, tenant, kind, "overdue", -3_600)
    task = asyncio.create_task(Worker(database, {kind: handle}).run())
    async with asyncio.timeout(15):
        while len(ran) < 2:
            await asyncio.sleep(0.05)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    assert ran["overdue"] - begun < timedelta(seconds=1)
    assert ran["later"] - begun >= timedelta(seconds=1)


async def test_job_when_withdrawn_while_it_waits_then_is_gone_and_a_running_one_is_not(
    database: Database, tenant: UUID
) -> None:
    kind = uuid4().hex
    await _wait(database, tenant, kind, "a", 3_600)
    assert not await _withdrawn(database, uuid4(), kind, "a"), "another tenant's"
    assert await _withdrawn(database, tenant, kind, "a")
    assert not await _withdrawn(database, tenant, kind, "a")
    await _wait(database, tenant, kind, "b", 0)
    async with database.tenant_tx(tenant) as connection:
        await connection.execute(sa.text("UPDATE jobs SET state = 'running' WHERE kind = :kind"), {"kind": kind})
    assert not await _withdrawn(database, tenant, kind, "b")


async def test_jobs_when_kept_for_less_then_go_earlier(database: Database, tenant: UUID) -> None:
    kind = uuid4().hex
    await _wait(database, tenant, kind, "a", -7_200)
    async with database.tenant_tx(tenant) as connection:
        await connection.execute(sa.text("UPDATE jobs SET state = 'done' WHERE kind = :kind"), {"kind": kind})

    async def handle(job: Job) -> None:
        raise AssertionError(job)

    assert await Worker(database, {kind: handle}).prune() == 0
    assert await Worker(database, {kind: handle}, keep_ended=timedelta(hours=1)).prune() == 1
