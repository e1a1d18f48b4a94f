"""The stream cost: what it takes to announce rows, from AAM's outbox over Valkey to DCL's ledger, without the merge.

One process does what the worker, the relay and DCL's consumer do: events written in a transaction, relayed in
pipelined batches, consumed one by one into the ledger of a lake that stays as it is. Valkey's and PostgreSQL's own CPU
counts too. Ten runs are announced, one after the other, and the cost is of the mean million rows.
"""

import argparse
import asyncio
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import psutil

from benchmarks.measure import run

GOAL = 1.0
BATCH_ROWS = 25_000
"""Rows a batch of a database has; those of files of usual width have more."""
RUNS = 10
TURNS = 3


def main() -> None:
    """Print the CPU seconds of a million rows beside the goal."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--side", choices=("ours",), help="used by the benchmark itself")
    asked = parser.parse_args()
    if asked.side:
        print(json.dumps(_measured(asked.rows)))
        return
    turns = [run("benchmarks.announcing", "--side", "ours", "--rows", str(asked.rows)).said for _ in range(TURNS)]
    process, servers = min(((float(str(one["process"])), float(str(one["servers"]))) for one in turns), key=sum)
    cpu = (process + servers) / (asked.rows * RUNS / 1_000_000)
    verdict = "reached" if cpu <= GOAL else "not reached"
    print(f"\nStream cost  {asked.rows:,} rows in {_batches(asked.rows)} batches, {RUNS} times")
    print(f"  of all: our process {process:.2f}, PostgreSQL and Valkey {servers:.2f} CPU s")
    print(f"  CPU s of 1,000,000 rows {cpu:.3f} (goal ≤ {GOAL}: {verdict})", flush=True)


def _measured(rows: int) -> dict[str, float]:
    from aos_common.cli import migrations_folder
    from aos_common.migrations import migrate
    from aos_local.testing import provisioned_postgres, valkey

    with provisioned_postgres(["aam", "dcl"]) as urls, valkey() as redis_url:
        for service in ("aam", "dcl"):
            migrate(urls[service].owner, service, migrations_folder(service))
        return asyncio.run(_announced(urls["aam"].app, urls["dcl"].app, redis_url, rows))


class _StillLake:
    """A lake to which nothing is done, so that only the way to it is measured."""

    def __init__(self) -> None:
        self.applied = asyncio.Event()

    async def apply(self, tenant_id: UUID, entity: Any, source: str, keys: Sequence[str], snapshot: int) -> None:
        self.applied.set()


async def _announced(aam_url: str, dcl_url: str, redis_url: str, rows: int) -> dict[str, float]:
    from aos_common.db import Database
    from aos_common.outbox import Relay
    from aos_common.streams import Consumer
    from aos_common.valkey import connect
    from dcl.entrypoints.consumer import CanonicalConsumer

    aam, dcl, redis = Database(aam_url, "aam"), Database(dcl_url, "dcl"), connect(redis_url)
    lake = _StillLake()
    relay = Relay(aam, redis, "aam")
    handler = CanonicalConsumer(_api(dcl, lake))
    consumer = Consumer(redis, dcl, streams=["aam:canonical:0"], group="dcl", name="one", handler=handler)
    tasks = [asyncio.create_task(one()) for one in (relay.run, consumer.run)]
    try:
        await _until_applied(aam, lake, rows)  # what is loaded and connected once
        before, own = _servers(), _own()
        for _ in range(RUNS):
            await _until_applied(aam, lake, rows)
        return {"process": _own() - own, "servers": _servers() - before}
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await redis.aclose()
        for database in (aam, dcl):
            await database.close()


def _api(database: Any, lake: _StillLake) -> Any:
    from dcl.adapters.ingestions import PostgresIngestions
    from dcl.adapters.ontology_files import load_ontology
    from dcl.usecases.ingest import ingest

    from benchmarks.p1 import _now

    ontology, ingestions = load_ontology(), PostgresIngestions(database, _now)

    class Api:
        async def ingest(self, tenant_id: UUID, announced: Any) -> None:
            still: Any = lake
            await ingest(tenant_id, announced, ontology=ontology, lake=still, ingestions=ingestions)

    return Api()


async def _until_applied(database: Any, lake: _StillLake, rows: int) -> None:
    """One run of a million rows, from its transaction until DCL would have merged it."""
    from aam.adapters.event_log import announce
    from aam.domain.connection import Stream, StreamState
    from aam.domain.landing import BatchName
    from aam.ports import Extraction

    from benchmarks.p1 import _mapping

    tenant, run_id, connection = uuid4(), uuid4(), uuid4()
    names = [BatchName(connection, "deals", run_id, "1", index) for index in range(_batches(rows))]
    read = Extraction(batches=tuple((name, BATCH_ROWS) for name in names), rows_read=rows, snapshot=True, version=1)
    stream = Stream(connection, "deals", StreamState.READY, mapping=_mapping())
    lake.applied.clear()
    async with database.tenant_tx(tenant) as tx:
        await announce(tx, tenant, run_id, stream, read, 1)
    await lake.applied.wait()


def _batches(rows: int) -> int:
    return -(-rows // BATCH_ROWS)


def _own() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


def _servers() -> float:
    """CPU seconds of every process that this one started, those included that have ended since."""
    every = [one.cpu_times() for one in psutil.Process().children(recursive=True)]
    return float(sum(one.user + one.system + one.children_user + one.children_system for one in every))


if __name__ == "__main__":
    main()
