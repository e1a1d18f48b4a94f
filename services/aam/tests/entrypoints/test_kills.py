"""A worker killed anywhere: the run ends as an undisturbed one, with no row lost, doubled or left behind."""

import itertools
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.run import RunState
from aam.entrypoints.api import AamApi
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.objects import ObjectStore
from aos_local.provision import Provisioned
from autonomos.events.v1 import events_pb2

ROWS = 4_000
KILLS = 54
BATCH_AT_MOST = 600
KILLS_A_RUN = 3
"""Below the number of attempts after which a job is given up."""
POINTS = ("fetch", "land", "project", "checkpoint", "checkpointed", "publish", "published", "acknowledge")
ITEMS = Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))
EXPIRED = sa.text("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE state = 'running'")
ONCE = ("publish", "published", "acknowledge")


@dataclass
class Mortal:
    """The process that forks workers."""

    process: subprocess.Popen[str]

    def run(self, tenant: UUID, point: str = "", nth: int = 1) -> tuple[int, bool]:
        """Rows read from the source, and whether the worker was killed."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps({"tenant": str(tenant), "point": point, "nth": nth}) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        assert answer["status"] in (0, -9), answer
        return answer["rows"], answer["status"] == -9


@pytest.fixture
def mortal(provisioned: Provisioned, tmp_path: Path) -> Iterator[Mortal]:
    script = Path(__file__).with_name("kill_worker.py")
    argv = [sys.executable, str(script), provisioned["aam"].app, f"file://{tmp_path}/objects"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Mortal(process)
        process.stdin.close()  # type: ignore[union-attr]  # opened above
        process.wait(20)


async def announced(database: Database, tenant: UUID) -> tuple[list[Any], list[Any]]:
    async with database.tenant_tx(tenant) as tx:
        rows = (await tx.execute(sa.text("SELECT type, payload FROM outbox"))).all()
    batches = [events_pb2.CanonicalBatch.FromString(row.payload) for row in rows if row.type == "aam.canonical.batch"]
    done = [events_pb2.StreamCompleted.FromString(row.payload) for row in rows if row.type == "aam.stream.completed"]
    return batches, done


async def check(api: AamApi, database: Database, caller: Caller, objects: ObjectStore, run_id: UUID) -> None:
    """What was announced is the source, once; nothing else is kept."""
    tenant = caller.tenant_id
    run = await api.run(caller, str(run_id))
    assert (run.state, run.error) == (RunState.SUCCEEDED, "")
    assert (run.streams[0].rows_read, run.streams[0].rows_published) == (ROWS, ROWS)
    batches, done = await announced(database, tenant)
    assert sorted(done[0].batch_ids) == sorted(batch.batch_id for batch in batches)
    assert len(done) == 1
    store = objects.tenant(tenant)
    tables = [pq.read_table(store.path(batch.object_key)).to_pylist() for batch in batches]
    rows = sorted((int(row["_key"]), row["n"]) for table in tables for row in table)
    assert hash(tuple(rows)) == hash(tuple((n, n * 7) for n in range(ROWS)))
    async with database.tenant_tx(tenant) as tx:
        kept = (await tx.execute(sa.text("SELECT count(*) FROM checkpoints"))).scalar_one()
        named = (await tx.execute(sa.text("SELECT landing_key, canonical_key FROM batches"))).all()
    stored = [key for kind in ("landing", "canonical") for key in store.list(kind) if str(run_id) in key]
    assert (kept, sorted(stored)) == (0, sorted(key for row in named for key in row))


@pytest.fixture(params=["files", "postgres"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Connector, stream and settings of a source of `ROWS` rows."""
    if request.param == "files":
        (tmp_path / "in").mkdir()
        (tmp_path / "in" / "items.csv").write_text("id,n\n" + "".join(f"{n},{n * 7}\n" for n in range(ROWS)))
        yield "files", "items.csv", {"path": str(tmp_path / "in")}
        return
    url = request.getfixturevalue("source_url")
    with psycopg.connect(url, autocommit=True) as shop:
        shop.execute("DROP SCHEMA IF EXISTS mortal CASCADE; CREATE SCHEMA mortal")
        shop.execute("CREATE TABLE mortal.items (id int PRIMARY KEY, n int)")
        shop.execute(f"INSERT INTO mortal.items SELECT i, i * 7 FROM generate_series(0, {ROWS - 1}) i")
        yield "postgres", "mortal.items", {"url": url, "schemas": ["mortal"]}
        shop.execute("DROP SCHEMA mortal CASCADE")


async def test_run_when_its_worker_is_killed_anywhere_then_another_ends_it_as_if_nothing_had_happened(
    api: AamApi, mappings: Any, database: Database, objects: ObjectStore, mortal: Mortal, source: Any
) -> None:
    connector, stream, settings = source
    mappings.known[stream] = replace(ITEMS)
    chance, killed, reread = random.Random(20), Counter[str](), []
    points = itertools.cycle(POINTS)
    while killed.total() < KILLS / 2:
        caller = Caller(uuid4(), "ann", frozenset({"owner"}), "token")
        made = await api.create(caller, "shop", connector, settings, [], "")
        await api.onboard(caller.tenant_id, made.id)
        async with database.platform_tx() as tx:
            await tx.execute(sa.text("DELETE FROM jobs"))  # those of other tests too: the worker takes any
        run = await api.sync(caller, str(made.id), "")
        total, deaths = 0, 0
        while deaths < KILLS_A_RUN:
            point = next(points)
            rows, died = mortal.run(caller.tenant_id, point, 1 if point in ONCE else chance.randint(1, 3))
            total += rows
            if not died:
                break
            deaths += 1
            killed[point] += 1
            async with database.tenant_tx(caller.tenant_id) as tx:
                await tx.execute(EXPIRED)
        total += mortal.run(caller.tenant_id)[0]
        await check(api, database, caller, objects, run.id)
        reread.append((total - ROWS) / max(deaths, 1))
        assert total - ROWS <= deaths * BATCH_AT_MOST, "at most the batch that was not checkpointed"
    table = "  ".join(f"{point} {killed[point]}" for point in POINTS)
    print(f"\n{connector:9} {killed.total()} kills: {table}; rows read again a kill: at most {max(reread):.0f}")
