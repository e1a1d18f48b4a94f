"""What was announced: streams wait while the views are behind, and files go once the views have them and time is up."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from aam.domain.connection import Connection
from aam.domain.landing import source_id
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.run import RunState, StreamRunState
from aam.entrypoints.api import AamApi
from aam.entrypoints.consumer import APPLIED, REFUSED, DclConsumer
from aam.entrypoints.worker import handlers
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.jobs import Job, Postponed, Worker
from aos_common.objects import ObjectStore
from aos_common.streams import Event
from autonomos.events.v1 import events_pb2

ITEMS = Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))
STREAMS = ("a.csv", "b.csv", "c.csv")


@pytest.fixture
def caller() -> Caller:
    return Caller(uuid4(), "ann", frozenset({"owner"}), "token")


@pytest.fixture
async def connection(api: AamApi, caller: Caller, tmp_path: Path, mappings: Any) -> Connection:
    folder = tmp_path / "in"
    folder.mkdir()
    for name in STREAMS:
        (folder / name).write_text("id,n\n1,1\n2,2\n")
        mappings.known[name] = ITEMS
    made = await api.create(caller, "shop", "files", {"path": str(folder)}, [], "")
    await api.onboard(caller.tenant_id, made.id)
    return made


async def applied(api: AamApi, caller: Caller, run_id: UUID, connection: Connection, stream: str) -> None:
    """DCL says that its views have the stream."""
    told = events_pb2.StreamApplied(run_id=str(run_id), source=source_id(connection.id, stream))
    event = Event(uuid4(), APPLIED, "dcl", caller.tenant_id, datetime.now(UTC), told.SerializeToString())
    for _ in range(2):
        await DclConsumer(api)(event)


async def test_stream_when_the_views_are_behind_then_waits_and_goes_on_once_they_are_not(
    api: AamApi, caller: Caller, connection: Connection
) -> None:
    slow = replace(api, most_unapplied=1, streams_at_once=1)
    run = await slow.sync(caller, str(connection.id), "")
    done: set[str] = set()
    for turn in range(len(STREAMS)):
        assert await slow.run_sync(caller.tenant_id, run.id) is (turn < len(STREAMS) - 1)
        streams = (await slow.run(caller, str(run.id))).streams
        [new] = {one.stream for one in streams if one.state is StreamRunState.SUCCEEDED} - done
        waiting = [one for one in streams if one.state is StreamRunState.PENDING]
        assert all("waits for the views: 1 announced batches" in one.note for one in waiting)
        done.add(new)
        await applied(slow, caller, run.id, connection, new)
    assert (await slow.run(caller, str(run.id))).state is RunState.SUCCEEDED


async def test_run_when_it_waits_then_its_worker_takes_other_jobs_and_comes_back(
    api: AamApi, caller: Caller, connection: Connection, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("aam.entrypoints.worker.WAIT_SECONDS", 0.1)
    slow = replace(api, most_unapplied=1, streams_at_once=1)
    run = await slow.sync(caller, str(connection.id), "")
    worker = asyncio.create_task(Worker(database, handlers(slow), concurrency=1, max_attempts=2).run())
    try:
        async with asyncio.timeout(20):
            while (now := await slow.run(caller, str(run.id))).state is not RunState.SUCCEEDED:
                for one in now.streams:
                    if one.state is StreamRunState.SUCCEEDED:
                        await applied(slow, caller, run.id, connection, one.stream)
                await asyncio.sleep(0.2)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


async def test_files_when_their_time_is_up_then_go_if_the_views_have_them(
    api: AamApi, caller: Caller, connection: Connection, objects: ObjectStore, database: Database
) -> None:
    run = await api.sync(caller, str(connection.id), "")
    await api.run_sync(caller.tenant_id, run.id)
    await applied(api, caller, run.id, connection, "a.csv")
    store = objects.tenant(caller.tenant_id)

    def kept() -> set[str]:
        """Streams of which the run's files are there."""
        found = [key for kind in ("landing", "canonical") for key in store.list(kind) if str(run.id) in key]
        return {key.split("/")[2] for key in found}

    sweep = handlers(api)["sweep landing"]
    job = Job(caller.tenant_id, uuid4(), "sweep landing", "landing", {}, 1, last=False)
    with pytest.raises(Postponed):
        await sweep(job)
    assert kept() == set(STREAMS)
    later = datetime.now(UTC) + timedelta(days=7, minutes=1)
    aged = replace(api, clock=lambda: later)
    with pytest.raises(Postponed):
        await handlers(aged)["sweep landing"](job)
    assert kept() == {"b.csv", "c.csv"}
    for stream in ("b.csv", "c.csv"):
        await applied(api, caller, run.id, connection, stream)
    await handlers(aged)["sweep landing"](job)
    assert kept() == set()
    async with database.tenant_tx(caller.tenant_id) as tx:
        assert (await tx.execute(sa.text("SELECT count(*) FROM batches"))).scalar_one() == 0
    assert (await api.run(caller, str(run.id))).streams[0].rows_published == 2


async def test_deliveries_when_of_another_tenant_then_are_neither_counted_nor_changed(
    api: AamApi, caller: Caller, connection: Connection
) -> None:
    run = await api.sync(caller, str(connection.id), "")
    await api.run_sync(caller.tenant_id, run.id)
    stranger = replace(caller, tenant_id=uuid4())
    assert (await api.deliveries.backlog(stranger.tenant_id)).batches == 0
    await applied(api, stranger, run.id, connection, "a.csv")
    assert (await api.deliveries.backlog(caller.tenant_id)).batches == len(STREAMS)


async def test_stream_when_the_views_refuse_it_then_holds_nothing_back_and_keeps_its_files(
    api: AamApi, caller: Caller, connection: Connection, objects: ObjectStore
) -> None:
    slow = replace(api, most_unapplied=1, streams_at_once=1)
    run = await slow.sync(caller, str(connection.id), "")
    assert await slow.run_sync(caller.tenant_id, run.id)
    [done] = [one.stream for one in (await slow.run(caller, str(run.id))).streams if one.batches]
    told = events_pb2.StreamRefused(run_id=str(run.id), source=source_id(connection.id, done), reason="no such entity")
    event = Event(uuid4(), REFUSED, "dcl", caller.tenant_id, datetime.now(UTC), told.SerializeToString())
    await DclConsumer(slow)(event)
    assert await slow.run_sync(caller.tenant_id, run.id), "the next stream is read, the one after it waits"
    streams = {one.stream: one for one in (await slow.run(caller, str(run.id))).streams}
    assert streams[done].note == "the views could not take it: no such entity"
    assert sum(one.state is StreamRunState.SUCCEEDED for one in streams.values()) == 2

    def kept() -> list[str]:
        landed = objects.tenant(caller.tenant_id).list("landing")
        return [key for key in landed if str(run.id) in key and done in key]

    aged = replace(slow, clock=lambda: datetime.now(UTC) + timedelta(days=9))
    assert await aged.sweep_landing(caller.tenant_id), "what no view has stays"
    assert kept()
    await applied(slow, caller, run.id, connection, done)
    assert await aged.sweep_landing(caller.tenant_id)
    assert not kept()
