"""Loops hear of committed work at once, and find it by themselves where nobody tells."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID, uuid4

import psycopg
import pytest
from aos_common import notices
from aos_common.db import Database
from aos_common.jobs import Job, Worker, enqueue
from aos_common.outbox import Relay, publish
from aos_local.provision import Provisioned
from autonomos.events.v1 import events_pb2
from redis.asyncio import Redis

NEVER, SOON = 600.0, 10.0


@pytest.fixture(autouse=True)
def told_or_never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notices, "QUIET_SECONDS", NEVER)
    monkeypatch.setattr(notices, "POLL_SECONDS", NEVER)
    monkeypatch.setattr(notices, "RETRY_SECONDS", 0.05)


@pytest.fixture
async def elsewhere(provisioned: Provisioned) -> AsyncIterator[Database]:
    """The database as another process has it."""
    other = Database(provisioned["aod"].app, "aod", pool_size=1, wait=5)
    yield other
    await other.close()


class Working:
    """A worker that listens, and what it has run."""

    def __init__(self, database: Database) -> None:
        self.kind, self.ran = uuid4().hex, asyncio.Queue[str]()
        self._database = database
        self._loops = [Worker(database, {self.kind: self._handle}).run, database.notices.run]

    async def _handle(self, job: Job) -> None:
        self.ran.put_nowait(job.key)

    async def __aenter__(self) -> "Working":
        self._tasks = [asyncio.create_task(loop()) for loop in self._loops]
        await self.until_listening()
        return self

    async def __aexit__(self, *_: object) -> None:
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def until_listening(self) -> None:
        async with asyncio.timeout(SOON):
            while not self._database.notices.listening:
                await asyncio.sleep(0.02)

    async def add(self, database: Database, tenant: UUID, key: str) -> None:
        async with database.tenant_tx(tenant) as connection:
            assert await enqueue(connection, tenant_id=tenant, kind=self.kind, payload={}, key=key)

    async def runs(self) -> str:
        async with asyncio.timeout(SOON):
            return await self.ran.get()


async def test_worker_when_another_process_adds_a_job_then_runs_it_at_once(
    database: Database, elsewhere: Database, tenant: UUID
) -> None:
    async with Working(database) as working:
        for key in ("one", "two"):
            await working.add(elsewhere, tenant, key)
            assert await working.runs() == key


async def test_worker_when_the_connection_breaks_then_hears_again_and_of_what_came_meanwhile(
    database: Database, elsewhere: Database, tenant: UUID, provisioned: Provisioned
) -> None:
    async with Working(database) as working:
        ended = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE query LIKE 'LISTEN%aod.jobs%'"
        with psycopg.connect(provisioned.admin, autocommit=True) as admin:
            assert admin.execute(ended).fetchone() == (1,)
        await working.add(elsewhere, tenant, "meanwhile")
        assert await working.runs() == "meanwhile"
        await working.until_listening()
        await working.add(elsewhere, tenant, "after")
        assert await working.runs() == "after"


async def test_worker_when_nothing_can_be_heard_then_looks_for_itself(
    provisioned: Provisioned, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "POLL_SECONDS", 0.05)
    pooled = Database(f"{provisioned['aod'].app}?pgbouncer=true", "aod", pool_size=2, wait=5)
    waiting = pooled.notices.of_jobs()
    listening = asyncio.create_task(pooled.notices.run())
    async with asyncio.timeout(SOON):
        await waiting.wait()
    assert not pooled.notices.listening
    listening.cancel()
    await pooled.close()


async def test_relay_when_a_transaction_commits_then_publishes_at_once_and_not_what_was_rolled_back(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream = f"test:{uuid4().hex}"
    relaying = asyncio.create_task(Relay(database, redis, "aod").run())
    await asyncio.sleep(0.5)  # its first look is over

    async def add(name: str) -> None:
        async with database.tenant_tx(tenant) as connection:
            message = events_pb2.FlowEvent(stage=name)
            await publish(connection, tenant_id=tenant, stream=stream, type_="test", message=message)
            if name == "rolled back":
                raise LookupError

    with pytest.raises(LookupError):
        await add("rolled back")
    waiting = database.notices.of_events()
    for number in (1, 2):
        await add(f"kept {number}")
        async with asyncio.timeout(SOON):
            await waiting.wait()
            while await redis.xlen(stream) < number:
                await asyncio.sleep(0.01)
    relaying.cancel()
    with suppress(asyncio.CancelledError):
        await relaying


async def test_worker_when_idle_for_longer_than_its_role_may_then_still_hears(
    provisioned: Provisioned, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "RETRY_SECONDS", NEVER)
    limit = "ALTER ROLE aod_app IN DATABASE autonomos SET idle_session_timeout = '{}'"
    with psycopg.connect(provisioned.admin, autocommit=True) as admin:
        admin.execute(limit.format("200ms"))
        try:
            database = Database(provisioned["aod"].app, "aod", pool_size=2, wait=5)
            async with Working(database) as working:
                await asyncio.sleep(0.6)
                assert database.notices.listening
                await working.add(database, tenant, "late")
                assert await working.runs() == "late"
            await database.close()
        finally:
            admin.execute(limit.format("60s"))
