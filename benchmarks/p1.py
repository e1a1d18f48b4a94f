"""P1: a PostgreSQL table to canonical, fingerprinted, checkpointed batches, against dlt with ConnectorX.

Ours is AAM's own path: read by ADBC under one snapshot, land each batch as Parquet, compare the fingerprint, project by
the mapping, set misfits aside, check for repeated keys, and commit cursor, batches and outbox events to PostgreSQL. dlt
reads with ConnectorX and writes Parquet files with its state. Servers' own CPU is left out on both sides. Each side
runs three times in turn, each time in a new process, and the least CPU counts. Then ours reads ten times as many rows.
"""

import argparse
import asyncio
import gc
import json
import tempfile
import time
from dataclasses import replace
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from benchmarks.measure import Figure, least, peak_mb, report, run
from benchmarks.rows import fill_table, multiply_table

if TYPE_CHECKING:
    from aam.domain.mapping import Mapping

GOAL = 0.4
GOAL_MB = 250
TURNS = 3
MORE = 10


def main() -> None:
    """Measure both sides over the same table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--side", choices=("ours", "dlt"), help="used by the benchmark itself")
    parser.add_argument("--source", default="")
    parser.add_argument("--app", default="")
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    if asked.side == "ours":
        gc.disable()  # until it has loaded, as a service does (aos_common.cli)
        print(json.dumps(asyncio.run(_ours(asked.source, asked.app, asked.folder)) | {"rss": peak_mb()}))
    elif asked.side == "dlt":
        print(json.dumps(_dlt(asked.source, asked.folder) | {"rss": peak_mb()}))
    else:
        _compare(asked.rows)


def _compare(rows: int) -> None:
    from aos_common.cli import migrations_folder
    from aos_common.migrations import migrate
    from aos_local.testing import provisioned_postgres

    with provisioned_postgres(["aam"]) as urls:
        migrate(urls["aam"].owner, "aam", migrations_folder("aam"))
        fill_table(urls.admin, rows)
        turns = [(_side("ours", urls.admin, urls["aam"].app), _side("dlt", urls.admin)) for _ in range(TURNS)]
        ours, dlt = (least([turn[side] for turn in turns]) for side in (0, 1))
        report(f"P1  {rows:,} rows PostgreSQL → batches", ours, dlt, "dlt (ConnectorX → Parquet)", GOAL)
        _starts(ours, dlt)
        multiply_table(urls.admin, rows, MORE)
        _flat(rows, ours, _side("ours", urls.admin, urls["aam"].app))


def _side(name: str, source: str, app: str = "") -> Figure:
    with tempfile.TemporaryDirectory() as folder:
        told = ("--side", name, "--source", source, "--app", app, "--folder", folder)
        return run("benchmarks.p1", *told, reference=name == "dlt")


def _starts(ours: Figure, dlt: Figure) -> None:
    """What is left of both when their processes have started and loaded their modules, as a worker's has."""
    spent = [float(str(figure.said["cpu"])) for figure in (ours, dlt)]
    print(f"  without start: ours {spent[0]:.2f}, dlt {spent[1]:.2f}, ratio {spent[0] / spent[1]:.2f}", flush=True)


def _flat(rows: int, ours: Figure, more: Figure) -> None:
    verdict = "reached" if max(ours.rss, more.rss) <= GOAL_MB else "not reached"
    print(
        f"  memory: {ours.rss:.0f} MB of {rows:,} rows, {more.rss:.0f} MB of {int(str(more.said['rows'])):,} rows "
        f"in {more.cpu:.1f} CPU s (goal ≤ {GOAL_MB} MB: {verdict})",
        flush=True,
    )


class _Defaults:
    """Every feature flag at its default."""

    async def is_on(self, tenant_id: UUID, flag: str, default: bool) -> bool:
        return default


async def _ours(source_url: str, app_url: str, folder: Path) -> dict[str, float]:
    from aam.adapters.connections import PostgresConnections
    from aam.adapters.extraction.extractor import ArrowExtractor
    from aam.adapters.runs import PostgresRuns
    from aam.adapters.sources.registry import InstalledConnectors
    from aam.domain.connection import Connection, ConnectionState, Stream, StreamState
    from aam.domain.run import StreamRunState
    from aam.domain.schema import fingerprint
    from aam.usecases.syncing.start_sync import start_sync
    from aam.usecases.syncing.sync_stream import sync_stream
    from aos_common.db import Database
    from aos_common.egress import Egress
    from aos_common.folders import AllowedFolders
    from aos_common.objects import ObjectStore
    from aos_common.secrets import CredentialLocators, LocalKeys, SecretBox

    import_module("adbc_driver_postgresql.dbapi")  # what the first reading loads
    InstalledConnectors(AllowedFolders(()), Egress("")).get("postgres")
    gc.freeze()
    gc.enable()
    began = time.process_time()
    database, tenant, connection_id = Database(app_url, "aam"), uuid4(), uuid4()
    connections = PostgresConnections(database, SecretBox(LocalKeys([bytes(32)])), CredentialLocators())
    runs = PostgresRuns(database, 4)
    connector = InstalledConnectors(AllowedFolders((folder,)), Egress("127.0.0.1")).get("postgres")
    public, secret = connector.split({"url": source_url})
    source = connector.open(public, secret)
    connection = Connection(connection_id, "bench", "postgres", public, ConnectionState.ACTIVE, _now())
    await connections.add(tenant, connection, secret)
    await connections.set_state(tenant, connection_id, ConnectionState.ACTIVE, "")
    (found,) = source.discover()
    assert found.schema is not None
    stream = Stream(connection_id, found.name, StreamState.READY, found.schema, fingerprint(found.schema.columns))
    stream = replace(stream, mapping=_mapping())
    await connections.save_stream(tenant, stream)
    run_ = await start_sync(tenant, connection_id, connections=connections, runs=runs, clock=_now, flags=_Defaults())
    extractor = ArrowExtractor(ObjectStore(f"file://{folder}/objects"), quarantine_limit=1000)
    await sync_stream(tenant, run_, stream, source, connections=connections, runs=runs, extractor=extractor)
    (done,) = (await runs.get(tenant, run_.id)).streams
    await database.close()
    assert done.state is StreamRunState.SUCCEEDED, done
    return {"rows": done.rows_published, "cpu": time.process_time() - began}


def _mapping() -> "Mapping":
    from aam.domain.mapping import FieldMapping, Mapping, Transform

    stages = {"Won": "won", "Lost": "lost", "Engaging": "engaging", "Prospecting": "prospecting"}
    fields = (
        FieldMapping("deal_id", "opportunity_id"),
        FieldMapping("deal_name", "opportunity_name"),
        FieldMapping("account_name", "account_name"),
        FieldMapping("deal_stage", "stage", "enum", Transform("enum", values=stages)),
        FieldMapping("amount", "amount", "decimal", Transform("decimal")),
        FieldMapping("probability", "probability", "decimal", Transform("decimal")),
        FieldMapping("owner_name", "owner_name"),
        FieldMapping("close_date", "close_date", "date", Transform("date")),
        FieldMapping("created_at", "created_at", "timestamp", Transform("timestamp")),
        FieldMapping("updated_at", "updated_at", "timestamp", Transform("timestamp")),
    )
    return Mapping(1, "opportunity", fields, ("deal_id",))


def _now() -> datetime:
    return datetime.now(UTC)


def _dlt(source_url: str, folder: Path) -> dict[str, float]:
    import dlt
    from dlt.sources.sql_database import sql_table

    for name in ("connectorx", "pandas", "pyarrow.parquet"):  # what the first reading loads
        import_module(name)
    began = time.process_time()
    destination = dlt.destinations.filesystem(f"file://{folder}/dlt")
    pipeline = dlt.pipeline("p1", destination=destination, dataset_name="deals", pipelines_dir=f"{folder}/dlt-state")
    table = sql_table(source_url, table="deals", backend="connectorx", chunk_size=100_000)
    pipeline.run(table, loader_file_format="parquet", write_disposition="replace")
    rows = pipeline.last_trace.last_normalize_info.row_counts["deals"]
    return {"rows": rows, "cpu": time.process_time() - began}


if __name__ == "__main__":
    main()
