"""A paused connection starts nothing, and its run goes on where it stood."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from aam.adapters.sources.postgres import reading
from aam.domain.connection import Connection
from aam.domain.errors import ConnectionNotFound, ConnectionPaused
from aam.domain.mapping import Mapping
from aam.domain.run import RunState, StreamRunState, SyncRun
from aam.domain.steering import Limits
from aam.entrypoints.api import AamApi
from aam.entrypoints.steering.api import SteeringApi
from aam.entrypoints.worker import handlers
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.errors import PermissionDenied
from aos_common.jobs import Worker
from aos_common.objects import ObjectStore

Source = psycopg.Connection[Any]
ROWS = 600
TABLE = "steered.items"


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Batches of a few rows."""
    monkeypatch.setattr(reading, "MIN_ROWS", 50)
    monkeypatch.setattr(reading, "BATCH_BYTES", 400)


@pytest.fixture
async def ready(
    api: AamApi, caller: Caller, connected: Connection, source: Source, mappings: Any, items: Mapping
) -> Connection:
    """A connection whose one table has `ROWS` rows."""
    source.execute("CREATE TABLE steered.items (id int PRIMARY KEY, n int)")
    source.execute(f"INSERT INTO steered.items SELECT n, n FROM generate_series(1, {ROWS}) n")
    mappings.known[TABLE] = items
    await api.onboard(caller.tenant_id, connected.id)
    return connected


@pytest.fixture
async def working(api: AamApi, database: Database, ready: Connection) -> Any:
    """A worker beside the test."""
    task = asyncio.create_task(Worker(database, handlers(api)).run())
    yield task
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def until(found: Callable[[], Awaitable[Any]], seconds: float = 20.0) -> Any:
    end = time.monotonic() + seconds
    while not (value := await found()):
        assert time.monotonic() < end, "it did not come"
        await asyncio.sleep(0.05)
    return value


async def test_connection_when_paused_then_starts_nothing_and_says_who_paused_it(
    api: AamApi, steering: SteeringApi, caller: Caller, ready: Connection
) -> None:
    first = await steering.pause(caller, str(ready.id))
    assert (first.paused_by, first.paused_at is not None) == ("ann", True)
    bob = Caller(caller.tenant_id, "bob", frozenset({"owner"}), "token")
    assert await steering.pause(bob, str(ready.id)) == first
    with pytest.raises(ConnectionPaused, match=r"shop is paused since .* by ann") as refused:
        await api.sync(caller, str(ready.id), "")
    assert (refused.value.reason, "aos connections resume shop" in refused.value.hint) == ("PAUSED", True)
    [listed], _ = await api.list_connections(caller, 10, "")
    assert (listed.paused_by, listed.paused_at) == ("ann", first.paused_at)
    assert (await steering.resume(bob, str(ready.id))).paused_by == ""
    assert (await api.sync(caller, str(ready.id), "")).state is RunState.PENDING


async def test_run_when_paused_then_stops_at_a_batch_and_goes_on_from_there_after_resume(
    api: AamApi,
    steering: SteeringApi,
    caller: Caller,
    ready: Connection,
    database: Database,
    objects: ObjectStore,
    working: Any,
) -> None:
    await steering.set_limits(caller, str(ready.id), Limits(rows_per_second=200))
    run = await api.sync(caller, str(ready.id), "")
    await until(lambda: _kept(database, caller, run, 2))
    await steering.pause(caller, str(ready.id))
    await until(lambda: _idle(database, caller))
    stopped = await api.run(caller, str(run.id))
    kept = await _kept(database, caller, run, 1)
    assert stopped.state is RunState.PAUSED
    assert (stopped.streams[0].state, 2 <= kept < ROWS // 50) == (StreamRunState.RUNNING, True)
    await asyncio.sleep(0.5)
    assert await _kept(database, caller, run, 1) == kept
    await steering.set_limits(caller, str(ready.id), Limits())
    await steering.resume(caller, str(ready.id))
    done = await until(lambda: _ended(api, caller, run))
    assert (done.state, done.id) == (RunState.SUCCEEDED, run.id)
    assert (done.streams[0].rows_read, done.streams[0].rows_published) == (ROWS, ROWS)
    landed = [key for key in objects.tenant(caller.tenant_id).list("landing") if str(run.id) in key]
    attempts = {key.split("/")[3] for key in landed}
    assert (len(landed), len(attempts)) == (ROWS // 50, 2), "what was read before the pause is read once"
    assert await _kept(database, caller, run, 0) == 0


async def test_run_when_paused_and_resumed_at_once_then_still_ends_with_every_row(
    api: AamApi, steering: SteeringApi, caller: Caller, ready: Connection, database: Database, working: Any
) -> None:
    await steering.set_limits(caller, str(ready.id), Limits(rows_per_second=400))
    run = await api.sync(caller, str(ready.id), "")
    for _ in range(3):
        await asyncio.sleep(0.3)
        await steering.pause(caller, str(ready.id))
        await steering.resume(caller, str(ready.id))
    done = await until(lambda: _ended(api, caller, run))
    assert (done.state, done.streams[0].rows_read, done.streams[0].rows_published) == (RunState.SUCCEEDED, ROWS, ROWS)


async def test_run_when_cancelled_while_it_is_paused_then_leaves_nothing_and_another_may_start(
    api: AamApi,
    steering: SteeringApi,
    caller: Caller,
    ready: Connection,
    database: Database,
    objects: ObjectStore,
    working: Any,
) -> None:
    await steering.set_limits(caller, str(ready.id), Limits(rows_per_second=200))
    run = await api.sync(caller, str(ready.id), "")
    await until(lambda: _kept(database, caller, run, 1))
    await steering.pause(caller, str(ready.id))
    await until(lambda: _idle(database, caller))
    assert (await api.cancel(caller, str(run.id))).state is RunState.CANCELLED
    await until(lambda: _idle(database, caller))
    assert await _kept(database, caller, run, 0) == 0
    assert [key for key in objects.tenant(caller.tenant_id).list("canonical") if str(run.id) in key] == []
    await steering.set_limits(caller, str(ready.id), Limits())
    await steering.resume(caller, str(ready.id))
    again = await api.sync(caller, str(ready.id), "")
    assert again.id != run.id
    assert (await until(lambda: _ended(api, caller, again))).streams[0].rows_published == ROWS


async def test_pause_when_of_another_tenant_or_without_the_permission_then_is_refused(
    steering: SteeringApi, caller: Caller, connected: Connection, api: AamApi
) -> None:
    stranger = Caller(connected.id, "eve", frozenset({"owner"}), "token")
    viewer = Caller(caller.tenant_id, "vic", frozenset({"viewer"}), "token")
    for verb in (steering.pause, steering.resume, steering.get):
        with pytest.raises(ConnectionNotFound):
            await verb(stranger, str(connected.id))
    for verb in (steering.pause, steering.resume):
        with pytest.raises(PermissionDenied):
            await verb(viewer, str(connected.id))
    assert (await steering.get(viewer, str(connected.id))).paused_by == ""


async def _kept(database: Database, caller: Caller, run: SyncRun, least: int) -> int:
    """How many checkpoints the run has; 0 when there are fewer."""
    async with database.tenant_tx(caller.tenant_id) as tx:
        count = sa.text("SELECT count(*) FROM checkpoints WHERE run_id = :run")
        found: int = (await tx.execute(count, {"run": run.id})).scalar_one()
    return found if found >= least else 0


async def _idle(database: Database, caller: Caller) -> bool:
    async with database.tenant_tx(caller.tenant_id) as tx:
        left = sa.text("SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')")
        return (await tx.execute(left)).scalar_one() == 0


async def _ended(api: AamApi, caller: Caller, run: SyncRun) -> SyncRun | None:
    found = await api.run(caller, str(run.id))
    return found if found.ended_at else None
