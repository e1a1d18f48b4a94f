"""Backfills and full refreshes whose workers are killed end as if nothing had happened."""

import json
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa
from aam.domain.connection import Connection
from aam.domain.mapping import Mapping
from aam.domain.run import RunState
from aam.domain.steering import RunPlan
from aam.entrypoints.api import AamApi
from aos_common.auth import Caller
from aos_common.db import Database
from aos_local.provision import Provisioned

Source = psycopg.Connection[Any]
WORKER = Path(__file__).parents[1] / "kills" / "worker.py"
POINTS = ("fetch", "land", "project", "checkpoint", "checkpointed", "publish", "published")
EXPIRED = sa.text("UPDATE jobs SET lease_until = now() - interval '1 second' WHERE state = 'running'")
ROWS = 1_600
RANGE = RunPlan(False, "401", "1201")


@pytest.fixture
def work(provisioned: Provisioned, objects: Any, tmp_path: Path) -> Iterator[Callable[..., bool]]:
    """Runs the tenant's jobs in a worker that is killed at a point; tells whether it was."""
    argv = [sys.executable, str(WORKER), provisioned["aam"].app, f"file://{tmp_path}/objects"]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:

        def run(caller: Caller, point: str = "", nth: int = 1) -> bool:
            assert process.stdin
            assert process.stdout
            asked = {"tenant": str(caller.tenant_id), "point": point, "nth": nth}
            process.stdin.write(f"{json.dumps(asked)}\n")
            process.stdin.flush()
            return bool(json.loads(process.stdout.readline())["status"])

        yield run
        process.stdin.close()  # type: ignore[union-attr]  # opened above
        process.wait(20)


@pytest.mark.parametrize("plan", [RANGE, RunPlan(True)], ids=["backfill", "full refresh"])
async def test_run_when_its_workers_are_killed_then_publishes_what_it_was_asked_to(
    api: AamApi,
    caller: Caller,
    connected: Connection,
    source: Source,
    mappings: Any,
    items: Mapping,
    database: Database,
    view: Callable[[], Awaitable[Any]],
    work: Callable[..., bool],
    plan: RunPlan,
) -> None:
    source.execute("CREATE TABLE steered.items (id int PRIMARY KEY, n int, updated_at timestamptz NOT NULL)")
    source.execute(f"INSERT INTO steered.items SELECT n, 0, now() - interval '1 day' FROM generate_series(1, {ROWS}) n")
    mappings.known["steered.items"] = items
    async with database.platform_tx() as tx:
        await tx.execute(sa.text("DELETE FROM jobs"))  # those of other tests too: the worker takes any
    await api.onboard(caller.tenant_id, connected.id)
    await api.sync(caller, str(connected.id), "")
    assert not work(caller)
    assert set((await view()).values()) == {0}
    killed = 0
    for number, point in enumerate(POINTS, 1):
        source.execute("UPDATE steered.items SET n = %s", [number])
        run = await api.sync(caller, str(connected.id), "", (), plan)
        for nth in (1, 2):
            if work(caller, point, nth):
                killed += 1
            async with database.tenant_tx(caller.tenant_id) as tx:
                await tx.execute(EXPIRED)
        work(caller)
        done = await api.run(caller, str(run.id))
        wanted = range(401, 1201) if plan == RANGE else range(1, ROWS + 1)
        assert (done.state, done.streams[0].rows_read) == (RunState.SUCCEEDED, len(wanted))
        seen = await view()
        assert {int(key) for key in seen if seen[key] == number} == set(wanted)
        assert len(seen) == ROWS
    assert killed >= len(POINTS)
    print(f"\n{killed} workers killed")
