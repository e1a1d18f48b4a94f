"""What has landed is read again under another mapping, without the source: the same records, and nothing lost."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from aam.domain.connection import Connection
from aam.domain.landing import source_id
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.run import RunState, SyncRun
from aam.domain.steering import RunPlan
from aam.entrypoints.api import AamApi
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.objects import ObjectStore
from autonomos.events.v1 import events_pb2

ITEMS = Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))
OTHER = Mapping(2, "item", (FieldMapping("n", "m", "integer", Transform("integer")),), ("id",))


@pytest.fixture
def caller() -> Caller:
    return Caller(uuid4(), "ann", frozenset({"owner"}), "token")


async def sync(api: AamApi, caller: Caller, connection: Connection, **plan: bool) -> SyncRun:
    run = await api.sync(caller, str(connection.id), "", (), RunPlan(**plan))  # type: ignore[arg-type]  # flags alone
    await api.run_sync(caller.tenant_id, run.id)
    return await api.run(caller, str(run.id))


async def remap(api: AamApi, caller: Caller, connection: Connection, mappings: Any, stream: str) -> None:
    mappings.known[stream] = OTHER
    await api.mapping_changed(caller.tenant_id, connection.id, stream)


async def announced(database: Database, objects: ObjectStore, tenant: Any, run: SyncRun) -> dict[str, Any]:
    """The records of one run's snapshot by key."""
    async with database.tenant_tx(tenant) as tx:
        told = (await tx.execute(sa.text("SELECT payload FROM outbox WHERE type = 'aam.canonical.batch'"))).scalars()
        batches = [batch for batch in map(events_pb2.CanonicalBatch.FromString, told) if batch.run_id == str(run.id)]
    store = objects.tenant(tenant)
    rows = [row for batch in batches for row in pq.read_table(store.path(batch.object_key)).to_pylist()]
    assert len({row["_key"] for row in rows}) == len(rows)
    return {row["_key"]: row for row in rows if not row.get("_deleted")}


async def test_table_when_replayed_then_all_its_readings_are_put_together_without_the_source(
    api: AamApi, caller: Caller, shop: str, mappings: Any, database: Database, objects: ObjectStore
) -> None:
    mappings.known["public.items"] = ITEMS
    settings = {"url": shop, "replication": "required", "replication_name": f"{shop.rsplit('/', 1)[1]}_replay"}
    with psycopg.connect(shop, autocommit=True) as source:
        source.execute("CREATE TABLE items (id int PRIMARY KEY, n int)")
        source.execute("INSERT INTO items SELECT i, i FROM generate_series(1, 50) i")
        made = await api.create(caller, "shop", "postgres", settings, [], "")
        await api.onboard(caller.tenant_id, made.id)
        await sync(api, caller, made)
        source.execute("UPDATE items SET n = n * 10 WHERE id <= 5")
        source.execute("DELETE FROM items WHERE id = 7")
        await sync(api, caller, made)
        source.execute("UPDATE items SET n = n + 1 WHERE id = 1")
        source.execute("INSERT INTO items VALUES (7, 700), (60, 60)")
        last = await sync(api, caller, made)
        (expected,) = source.execute("SELECT jsonb_object_agg(id::text, n) FROM items").fetchone() or ({},)
        await remap(api, caller, made, mappings, "public.items")
        name = shop.rsplit("/", 1)[1]
        server = psycopg.connect(shop.rsplit("/", 1)[0] + "/postgres", autocommit=True)
    with server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
        run = await sync(api, caller, made, replay=True)
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())
    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    found = await announced(database, objects, caller.tenant_id, run)
    assert {key: row["m"] for key, row in found.items()} == expected
    before = await announced(database, objects, caller.tenant_id, last)
    lowest = min(row["_version"] for row in found.values())
    assert lowest > max(row["_version"] for row in before.values())
    with psycopg.connect(shop, autocommit=True) as source:
        source.execute("UPDATE items SET n = 0 WHERE id = 2")
    after = await sync(api, caller, made)
    assert after.streams[0].rows_published == 1, "the saved cursor has not moved"
    [changed] = (await announced(database, objects, caller.tenant_id, after)).values()
    assert (changed["_key"], changed["m"]) == ("2", 0)
    assert changed["_version"] > lowest


async def test_file_when_replayed_then_rows_set_aside_stay_known_and_the_source_may_be_gone(
    api: AamApi, caller: Caller, tmp_path: Path, mappings: Any, database: Database, objects: ObjectStore
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "items.csv").write_text("id,n\n1,1\n2,two\n3,3,ragged\n4,4\n")
    mappings.known["items.csv"] = ITEMS
    made = await api.create(caller, "shop", "files", {"path": str(folder)}, [], "")
    await api.onboard(caller.tenant_id, made.id)
    await sync(api, caller, made)
    aside, _, _ = await api.list_quarantine(caller, str(made.id), "", 50, "")
    await remap(api, caller, made, mappings, "items.csv")
    shutil.rmtree(folder)
    for _ in range(2):
        run = await sync(api, caller, made, replay=True)
        assert (run.state, run.error) == (RunState.SUCCEEDED, "")
        found = await announced(database, objects, caller.tenant_id, run)
        assert {key: row["m"] for key, row in found.items()} == {"1": 1, "4": 4}
        again, _, _ = await api.list_quarantine(caller, str(made.id), "", 50, "")
        assert [one.misfit for one in again] == [one.misfit for one in aside]


async def test_stream_when_its_files_are_swept_then_a_replay_says_what_to_do_instead(
    api: AamApi, caller: Caller, tmp_path: Path, mappings: Any
) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "items.csv").write_text("id,n\n1,1\n")
    mappings.known["items.csv"] = ITEMS
    made = await api.create(caller, "shop", "files", {"path": str(folder)}, [], "")
    await api.onboard(caller.tenant_id, made.id)
    run = await sync(api, caller, made)
    await api.stream_applied(caller.tenant_id, run.id, source_id(made.id, "items.csv"))
    later = datetime.now(UTC) + timedelta(days=8)
    assert not await replace(api, clock=lambda: later).sweep_landing(caller.tenant_id)
    refused = await sync(api, caller, made, replay=True)
    assert refused.state is RunState.FAILED
    assert "full_refresh" in refused.streams[0].error
