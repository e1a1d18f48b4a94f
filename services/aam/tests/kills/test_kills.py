"""A worker killed anywhere: what is announced is the source, with no row lost, doubled or left behind."""

import itertools
import json
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from aam.domain.run import RunState, SyncRun
from aam.entrypoints.api import AamApi
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.objects import ObjectStore
from aos_local.provision import Provisioned
from autonomos.events.v1 import events_pb2

KILLS_A_RUN = 3
"""Below the number of attempts after which a job is given up."""
POINTS = ("fetch", "land", "project", "checkpoint", "checkpointed", "publish", "published", "acknowledge")
ONCE = ("publish", "published", "acknowledge")
EXPIRED = sa.text("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE state = 'running'")


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
    script = Path(__file__).with_name("worker.py")
    argv = [sys.executable, str(script), provisioned["aam"].app, f"file://{tmp_path}/objects"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Mortal(process)
        process.stdin.close()  # type: ignore[union-attr]  # opened above
        process.wait(20)


async def announced(database: Database, objects: ObjectStore, tenant: UUID) -> dict[str, int]:
    """The records that the tenant's events amount to, in whatever order: of each the newest version, and of the newest
    snapshot nothing older."""
    async with database.tenant_tx(tenant) as tx:
        told = (await tx.execute(sa.text("SELECT type, payload FROM outbox"))).all()
    events, view = [payload for kind, payload in told if kind == "aam.canonical.batch"], dict[str, tuple[int, Any]]()
    batches = {batch.batch_id: batch for batch in map(events_pb2.CanonicalBatch.FromString, events)}
    assert len(batches) == len(events)
    whole = 0
    for done in (events_pb2.StreamCompleted.FromString(data) for kind, data in told if kind == "aam.stream.completed"):
        seen = set[str]()
        for batch_id in done.batch_ids:
            path = objects.tenant(tenant).path(batches.pop(batch_id).object_key)
            for row in pq.read_table(path).to_pylist():
                assert row["_key"] not in seen, "a key is announced once a reading"
                seen.add(row["_key"])
                if row["_version"] > view.get(row["_key"], (0,))[0]:
                    view[row["_key"]] = (row["_version"], row)
        whole = max(whole, done.snapshot_version if done.snapshot else 0)
    assert not batches, "what is announced is completed"
    return {key: row["n"] for key, (version, row) in view.items() if version >= whole and not row.get("_deleted")}


async def nothing_left(database: Database, objects: ObjectStore, tenant: UUID) -> None:
    """Checkpoints are gone, and files that no announced batch names."""
    async with database.tenant_tx(tenant) as tx:
        assert (await tx.execute(sa.text("SELECT count(*) FROM checkpoints"))).scalar_one() == 0
        runs = (await tx.execute(sa.text("SELECT id FROM runs"))).scalars().all()
        named = (await tx.execute(sa.text("SELECT landing_key, canonical_key FROM batches"))).all()
    store = objects.tenant(tenant)
    stored = [key for kind in ("landing", "canonical") for key in store.list(kind) if any(str(r) in key for r in runs)]
    landed = {key.replace(".deleted.parquet", ".parquet") for key in stored}
    assert landed == {key for row in named for key in row}


@dataclass
class Killing:
    """Kills the workers of one sync after another, at points that a seed chooses."""

    api: AamApi
    database: Database
    mortal: Mortal
    unit: int
    killed: Counter[str] = field(default_factory=Counter)
    chance: random.Random = field(default_factory=partial(random.Random, 20))
    reread: int = 0

    async def sync(self, caller: Caller, connection_id: UUID) -> SyncRun:
        """One sync, whose workers are killed a few times."""
        async with self.database.platform_tx() as tx:
            await tx.execute(sa.text("DELETE FROM jobs"))  # those of other tests too: the worker takes any
        run = await self.api.sync(caller, str(connection_id), "")
        total, deaths = 0, 0
        points = sorted(self.chance.sample(POINTS, KILLS_A_RUN), key=POINTS.index)
        for point in points:
            rows, died = self.mortal.run(caller.tenant_id, point, 1 if point in ONCE else self.chance.randint(1, 3))
            total += rows
            if not died:
                break
            deaths += 1
            self.killed[point] += 1
            async with self.database.tenant_tx(caller.tenant_id) as tx:
                await tx.execute(EXPIRED)
        total += self.mortal.run(caller.tenant_id)[0]
        ended = await self.api.run(caller, str(run.id))
        assert (ended.state, ended.error) == (RunState.SUCCEEDED, "")
        again = total - ended.streams[0].rows_read
        assert again <= deaths * self.unit, "at most what was not checkpointed"
        self.reread = max(self.reread, again // max(deaths, 1))
        return ended


async def test_run_when_its_worker_is_killed_anywhere_then_another_ends_it_as_if_nothing_had_happened(
    api: AamApi,
    mappings: Any,
    database: Database,
    objects: ObjectStore,
    mortal: Mortal,
    origin: Any,
    request: pytest.FixtureRequest,
) -> None:
    mappings.known[origin.stream] = origin.mapping
    killing = Killing(api, database, mortal, origin.unit)
    for number in itertools.count():
        caller = Caller(uuid4(), "ann", frozenset({"owner"}), "token")
        made = await api.create(caller, "shop", origin.connector, origin.settings, [], "")
        await api.onboard(caller.tenant_id, made.id)
        for _ in range(3):
            await killing.sync(caller, made.id)
            assert await announced(database, objects, caller.tenant_id) == origin.rows(), f"connection {number}"
            await nothing_left(database, objects, caller.tenant_id)
            origin.change()
        await api.delete(caller, str(made.id))
        if killing.killed.total() >= origin.kills:
            break
    table = "  ".join(f"{point} {killing.killed[point]}" for point in POINTS)
    again = f"rows read again a kill: at most {killing.reread}"
    print(f"\n{request.node.callspec.id:18} {killing.killed.total()} kills: {table}; {again}")
