"""The mesh from connection to announced batches: on real PostgreSQL, real files and a real source database."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from aam.domain.connection import Connection, ConnectionState, StreamState
from aam.domain.errors import (
    ConnectionExists,
    ConnectionNotFound,
    InvalidSettings,
    NotReady,
    RunNotFound,
    SyncsSwitchedOff,
)
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.run import RunState, StreamRun, StreamRunState, SyncRun
from aam.entrypoints.api import AamApi
from aam.entrypoints.worker import handlers
from aam.ports import Extraction, Progress, Source, Task
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.errors import PermissionDenied
from aos_common.jobs import Worker
from aos_common.objects import ObjectStore
from autonomos.events.v1 import events_pb2

ITEMS = Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))
GOOD = "id,n\n" + "".join(f"{n},{n}\n" for n in range(100))


@pytest.fixture
def caller() -> Caller:
    return Caller(uuid4(), "ann", frozenset({"owner"}), "token")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "items.csv").write_text(GOOD)
    return folder


async def connect(api: AamApi, caller: Caller, folder: Path, name: str = "shop") -> Connection:
    made = await api.create(caller, name, "files", {"path": str(folder)}, [], "")
    await api.onboard(caller.tenant_id, made.id)
    return (await api.connection(caller, str(made.id)))[0]


async def sync(api: AamApi, caller: Caller, connection: Connection) -> SyncRun:
    run = await api.sync(caller, str(connection.id), "")
    await api.run_sync(caller.tenant_id, run.id)
    return await api.run(caller, str(run.id))


async def events(database: Database, tenant: UUID) -> list[tuple[str, Any]]:
    async with database.tenant_tx(tenant) as tx:
        rows = (await tx.execute(sa.text("SELECT type, payload FROM outbox ORDER BY type, id"))).all()
    kinds = {"aam.canonical.batch": events_pb2.CanonicalBatch, "aam.stream.completed": events_pb2.StreamCompleted}
    return [(row.type, kinds[row.type].FromString(row.payload)) for row in rows]


async def test_connection_when_mappings_are_known_then_syncs_and_announces_exactly_once(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, database: Database, objects: ObjectStore
) -> None:
    mappings.known["items.csv"] = ITEMS
    connection = await connect(api, caller, folder)
    assert (connection.state, connection.error) == (ConnectionState.ACTIVE, "")
    assert [column.name for column in mappings.asked["items.csv"]] == ["id", "n"]
    run = await sync(api, caller, connection)
    expected = StreamRun("items.csv", StreamRunState.SUCCEEDED, 100, 100, 0, 1)
    assert (run.state, run.streams) == (RunState.SUCCEEDED, (expected,))
    [(_, batch), (_, completed)] = await events(database, caller.tenant_id)
    assert (batch.rows, batch.entity, batch.source) == (100, "item", f"{connection.id}/items.csv")
    assert list(completed.batch_ids) == [batch.batch_id]
    assert (completed.snapshot, completed.snapshot_version) == (True, 1)
    tenant = objects.tenant(caller.tenant_id)
    assert pq.read_metadata(tenant.path(batch.object_key)).num_rows == 100
    again = await sync(api, caller, connection)
    assert (again.streams[0].note, again.streams[0].rows_read) == ("unchanged since the last run", 0)
    await api.run_sync(caller.tenant_id, run.id)
    assert len(await events(database, caller.tenant_id)) == 2


async def test_stream_when_its_mapping_comes_later_then_waits_and_becomes_ready(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, database: Database
) -> None:
    connection = await connect(api, caller, folder)
    held = await sync(api, caller, connection)
    assert (held.state, held.streams[0].state) == (RunState.SUCCEEDED, StreamRunState.HELD)
    assert "needs mapping" in held.streams[0].note
    mappings.known["items.csv"] = ITEMS
    await api.mapping_changed(caller.tenant_id, connection.id, "items.csv")
    await api.mapping_changed(caller.tenant_id, connection.id, "gone.csv")
    _, [stream] = await api.connection(caller, str(connection.id))
    assert stream.state is StreamState.READY
    assert (await sync(api, caller, connection)).streams[0].rows_published == 100
    mappings.known["items.csv"] = replace(ITEMS, version=2)
    await api.mapping_changed(caller.tenant_id, connection.id, "items.csv")
    assert (await sync(api, caller, connection)).streams[0].rows_published == 100
    versions = [event.snapshot_version for kind, event in await events(database, caller.tenant_id) if "stream" in kind]
    assert sorted(versions) == [1, 2]


async def test_rows_when_they_do_not_fit_then_are_listed_with_their_place_until_repaired(
    api: AamApi, caller: Caller, folder: Path, mappings: Any
) -> None:
    mappings.known["items.csv"] = ITEMS
    connection = await connect(api, caller, folder)
    (folder / "items.csv").write_text("id,n\n1,1\n2,two\x00\n2,3\n3,3,3\n4,9.5\n")
    run = await sync(api, caller, connection)
    assert (run.streams[0].rows_published, run.streams[0].rows_quarantined, run.streams[0].rows_read) == (2, 3, 5)
    first, token, total = await api.list_quarantine(caller, str(connection.id), "items.csv", 2, "")
    second, end, _ = await api.list_quarantine(caller, str(connection.id), "", 2, token)
    places = [(row.misfit.row, row.misfit.column, row.misfit.value, row.misfit.reason) for row in [*first, *second]]
    assert (total, end) == (3, "")
    assert places == [
        (2, "n", "two\ufffd", "not a number"),
        (4, "", "3,3,3", "3 values where the header names 2 columns"),
        (5, "n", "9.5", "not a whole number, or outside 64 bits"),
    ]
    told = await api.explain(caller, str(connection.id))
    assert "1 rows of items.csv are in quarantine: column n, not a number." in told.story
    (folder / "items.csv").write_text(GOOD)
    await sync(api, caller, connection)
    assert (await api.list_quarantine(caller, "", "", 2, ""))[2] == 0


async def test_file_when_broken_then_is_told_and_disturbs_no_other(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, database: Database
) -> None:
    (folder / "empty.csv").write_text("")
    (folder / "other.csv").write_text(GOOD)
    mappings.known |= {"items.csv": ITEMS, "other.csv": ITEMS}
    connection = await connect(api, caller, folder)
    assert connection.state is ConnectionState.ACTIVE
    assert "empty.csv: the file is empty" in connection.error
    (folder / "other.csv").write_bytes(b"id,n\n\xc3\xa9,1\n\xe9,2\n")
    run = await sync(api, caller, connection)
    assert run.state is RunState.FAILED
    assert [(one.stream, one.state) for one in run.streams] == [
        ("empty.csv", StreamRunState.HELD),
        ("items.csv", StreamRunState.SUCCEEDED),
        ("other.csv", StreamRunState.FAILED),
    ]
    assert "record 2" in run.error
    assert {event.stream for _, event in await events(database, caller.tenant_id)} == {"items.csv"}


async def test_mapping_when_the_engine_cannot_carry_it_out_then_only_its_stream_fails(
    api: AamApi, caller: Caller, folder: Path, mappings: Any
) -> None:
    (folder / "other.csv").write_text(GOOD)
    odd = FieldMapping("n", "n", "date", Transform("date", "%Q"))
    mappings.known |= {"items.csv": ITEMS, "other.csv": Mapping(1, "item", (odd,), ("id",))}
    run = await sync(api, caller, await connect(api, caller, folder))
    assert [one.state for one in run.streams] == [StreamRunState.SUCCEEDED, StreamRunState.FAILED]
    assert "other.csv: the mapping could not be carried out" in run.error


async def test_shape_when_it_changes_then_the_stream_is_held_until_somebody_accepts_it(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, database: Database
) -> None:
    mappings.known["items.csv"] = ITEMS
    connection = await connect(api, caller, folder)
    (folder / "items.csv").write_text("id,n,extra\n1,1,x\n")
    run = await sync(api, caller, connection)
    assert (run.state, run.streams[0].state) == (RunState.SUCCEEDED, StreamRunState.HELD)
    assert "added extra" in run.streams[0].error
    assert await events(database, caller.tenant_id) == []
    connection, [stream] = await api.connection(caller, str(connection.id))
    assert (connection.state, stream.state) == (ConnectionState.DRIFTED, StreamState.SCHEMA_CHANGED)
    assert (await sync(api, caller, connection)).streams[0].state is StreamRunState.HELD
    await api.discover(caller, str(connection.id))
    await api.onboard(caller.tenant_id, connection.id)
    assert (await sync(api, caller, connection)).streams[0].rows_published == 1


async def test_database_when_the_password_is_wrong_then_the_connection_says_so_and_never_shows_it(
    api: AamApi, caller: Caller, source_url: str
) -> None:
    settings = {"url": source_url.replace(":testing@", ":hunter2@")}
    made = await api.create(caller, "crm", "postgres", settings, [], "")
    await api.onboard(caller.tenant_id, made.id)
    failed, streams = await api.connection(caller, str(made.id))
    assert (failed.state, streams) == (ConnectionState.FAILED, [])
    assert "refused the user or the password" in failed.error
    assert "hunter2" not in f"{failed}"
    with pytest.raises(NotReady, match="refused"):
        await api.sync(caller, str(made.id), "")


async def test_database_when_synced_then_later_changes_alone_are_read(
    api: AamApi, caller: Caller, source_url: str, mappings: Any, database: Database
) -> None:
    with psycopg.connect(source_url, autocommit=True) as shop:
        shop.execute("CREATE SCHEMA mesh")
        shop.execute("CREATE TABLE mesh.items (id int PRIMARY KEY, n numeric, updated_at timestamptz NOT NULL)")
        shop.execute("INSERT INTO mesh.items SELECT i, i, '2024-01-01Z' FROM generate_series(1, 50) i")
        mappings.known["mesh.items"] = ITEMS
        made = await api.create(caller, "db", "postgres", {"url": source_url, "schemas": ["mesh"]}, [], "")
        await api.onboard(caller.tenant_id, made.id)
        assert (await sync(api, caller, made)).streams[0].rows_published == 50
        assert (await sync(api, caller, made)).streams[0].note == "unchanged since the last run"
        shop.execute("UPDATE mesh.items SET n = 7, updated_at = '2024-02-01Z' WHERE id = 9")
        assert (await sync(api, caller, made)).streams[0].rows_published == 1
        mappings.known["mesh.items"] = replace(ITEMS, version=2)
        await api.mapping_changed(caller.tenant_id, made.id, "mesh.items")
        assert (await sync(api, caller, made)).streams[0].rows_published == 50
        shop.execute("DROP SCHEMA mesh CASCADE")
    done = [event for kind, event in await events(database, caller.tenant_id) if kind.endswith("completed")]
    assert sorted((one.snapshot, one.snapshot_version >> 52) for one in done) == [(False, 1), (True, 1), (True, 2)]


class DyingExtractor:
    """Stops for good in the middle of a stream, as a killed worker does, until `alive`."""

    def __init__(self, real: Any) -> None:
        self._real, self.alive, self.reached = real, False, asyncio.Event()
        self._loop = asyncio.get_running_loop()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def extract(self, task: Task, source: Source, progress: Progress) -> Extraction:
        if not self.alive and task.stream.name == "other.csv":
            self._loop.call_soon_threadsafe(self.reached.set)
            while not progress.cancelled:
                pass
        return self._real.extract(task, source, progress)  # type: ignore[no-any-return]  # the real one's result


async def test_run_when_its_worker_dies_then_another_finishes_it_with_nothing_doubled(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, database: Database
) -> None:
    (folder / "other.csv").write_text(GOOD)
    mappings.known |= {"items.csv": ITEMS, "other.csv": ITEMS}
    connection = await connect(api, caller, folder)
    run = await api.sync(caller, str(connection.id), "")
    dying = DyingExtractor(api.extractor)
    first = asyncio.create_task(replace(api, extractor=dying).run_sync(caller.tenant_id, run.id))
    await dying.reached.wait()
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert (await api.run(caller, str(run.id))).state is RunState.RUNNING
    await api.run_sync(caller.tenant_id, run.id)
    done = await api.run(caller, str(run.id))
    assert (done.state, [one.rows_published for one in done.streams]) == (RunState.SUCCEEDED, [100, 100])
    kinds = [(kind, event.stream) for kind, event in await events(database, caller.tenant_id)]
    assert len(kinds) == len(set(kinds)) == 4


async def test_worker_when_jobs_are_queued_then_runs_them(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, database: Database
) -> None:
    mappings.known["items.csv"] = ITEMS
    async with database.platform_tx() as tx:
        await tx.execute(sa.text("DELETE FROM jobs"))  # those of other tests too: the worker takes any
    worker = asyncio.create_task(Worker(database, handlers(api)).run())
    try:
        made = await api.create(caller, "shop", "files", {"path": str(folder)}, [], "once")
        async with asyncio.timeout(20):
            while (await api.connection(caller, str(made.id)))[0].state is ConnectionState.PENDING:
                await asyncio.sleep(0.05)
            run = await api.sync(caller, str(made.id), "")
            while (await api.run(caller, str(run.id))).state in (RunState.PENDING, RunState.RUNNING):
                await asyncio.sleep(0.05)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    assert (await api.run(caller, str(run.id))).state is RunState.SUCCEEDED


async def test_requests_when_repeated_then_give_the_same_connection_and_run(
    api: AamApi, caller: Caller, folder: Path
) -> None:
    first = await api.create(caller, "shop", "files", {"path": str(folder)}, [], "one")
    assert (await api.create(caller, "shop", "files", {"path": str(folder)}, [], "one")).id == first.id
    with pytest.raises(ConnectionExists):
        await api.create(caller, "shop", "files", {"path": str(folder)}, [], "two")
    with pytest.raises(InvalidSettings):
        await api.create(caller, "bad", "files", {}, [], "")
    await api.onboard(caller.tenant_id, first.id)
    run = await api.sync(caller, str(first.id), "r")
    assert (await api.sync(caller, str(first.id), "")).id == run.id
    cancelled = await api.cancel(caller, str(run.id))
    assert cancelled.state is RunState.CANCELLED
    await api.run_sync(caller.tenant_id, run.id)
    assert (await api.sync(caller, str(first.id), "r")).id == run.id
    assert (await api.sync(caller, str(first.id), "")).id != run.id


async def test_tenants_when_two_then_neither_sees_nor_touches_the_other(
    api: AamApi, caller: Caller, folder: Path
) -> None:
    connection = await connect(api, caller, folder)
    run = await sync(api, caller, connection)
    other = Caller(uuid4(), "eve", frozenset({"owner"}), "token")
    assert await api.list_connections(other, 50, "") == ([], "")
    assert await api.list_runs(other, "", 50, "") == ([], "")
    for call in (api.connection, api.delete, api.check, api.discover, api.explain):
        with pytest.raises(ConnectionNotFound):
            await call(other, str(connection.id))
    with pytest.raises(RunNotFound):
        await api.run(other, str(run.id))
    viewer = Caller(caller.tenant_id, "vic", frozenset({"viewer"}), "token")
    with pytest.raises(PermissionDenied):
        await api.delete(viewer, str(connection.id))
    assert (await api.connection(viewer, str(connection.id)))[0].id == connection.id


async def test_connection_when_deleted_then_its_rows_and_files_are_gone(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, objects: ObjectStore
) -> None:
    mappings.known["items.csv"] = ITEMS
    connection = await connect(api, caller, folder)
    run = await sync(api, caller, connection)
    assert objects.tenant(caller.tenant_id).list("")
    await api.delete(caller, str(connection.id))
    assert objects.tenant(caller.tenant_id).list("") == []
    with pytest.raises(RunNotFound):
        await api.run(caller, str(run.id))
    assert await api.list_connections(caller, 0, "") == ([], "")


async def test_lists_when_longer_than_a_page_then_continue_where_they_stopped(
    api: AamApi, caller: Caller, folder: Path
) -> None:
    made = [await api.create(caller, f"c{n}", "files", {"path": str(folder)}, [], "") for n in range(3)]
    first, token = await api.list_connections(caller, 2, "")
    second, end = await api.list_connections(caller, 2, token)
    assert [one.id for one in [*first, *second]] == [one.id for one in reversed(made)]
    assert end == ""


async def test_sync_when_the_tenant_switched_syncs_off_then_it_is_refused(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, flags: Any
) -> None:
    mappings.known["items.csv"] = ITEMS
    connection = await connect(api, caller, folder)
    flags.switched["use_aam_as_source"] = False
    with pytest.raises(SyncsSwitchedOff):
        await api.sync(caller, str(connection.id), "")
    flags.switched["use_aam_as_source"] = True
    assert (await sync(api, caller, connection)).state is RunState.SUCCEEDED


async def test_connection_when_proposals_are_switched_off_then_none_is_asked_for_and_streams_wait(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, flags: Any
) -> None:
    flags.switched["use_dcl_intelligence_api"] = False
    connection = await connect(api, caller, folder)
    _, [stream] = await api.connection(caller, str(connection.id))
    assert (stream.state, mappings.asked) == (StreamState.NEEDS_MAPPING, {})
    assert "use_dcl_intelligence_api" in stream.error


@pytest.mark.parametrize(
    ("switched", "state"),
    [
        ({}, StreamState.SCHEMA_CHANGED),
        ({"drift_detection": False}, StreamState.READY),
        ({"auto_repair": True}, StreamState.SCHEMA_CHANGED),
    ],
)
async def test_stream_when_its_shape_changes_then_the_flags_say_what_happens(
    api: AamApi, caller: Caller, folder: Path, mappings: Any, flags: Any, database: Database, switched: Any, state: Any
) -> None:
    mappings.known["items.csv"] = ITEMS
    connection = await connect(api, caller, folder)
    flags.switched |= switched
    (folder / "items.csv").write_text("id,n,more\n1,1,x\n2,2,y\n")
    async with database.tenant_tx(caller.tenant_id) as tx:
        await tx.execute(sa.text("DELETE FROM jobs"))
    run = await sync(api, caller, connection)
    _, [stream] = await api.connection(caller, str(connection.id))
    assert stream.state is state
    assert run.streams[0].rows_published == (2 if state is StreamState.READY else 0)
    async with database.tenant_tx(caller.tenant_id) as tx:
        looks = (await tx.execute(sa.text("SELECT count(*) FROM jobs WHERE kind = 'onboard'"))).scalar_one()
    assert looks == len([flag for flag in switched if flag == "auto_repair"])
