"""P2: a CSV file to a unified view, end to end through all services, against dlt's CSV → DuckDB.

Ours is the CPU of every process of the platform, from the moment the sync is asked for until the view holds the rows:
identity, gateway, AAM (landing, projection), PostgreSQL, Valkey and DCL (merge into the lake). dlt is one process. Each
side runs three times in turn, each time from nothing, and the least CPU counts.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

from benchmarks.measure import Figure, cpu_of, least, report, run
from benchmarks.rows import write_csv

GOAL = 1.0
TURNS = 3


def main() -> None:
    """Measure both sides over the same file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--dlt", type=Path, help="used by the benchmark itself: load this folder with dlt")
    asked = parser.parse_args()
    if asked.dlt:
        print(json.dumps(_dlt(asked.dlt)))
        return
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        write_csv(data / "deals.csv", asked.rows)
        turns = [
            (_ours(data, Path(folder) / f"aos-{turn}"), run("benchmarks.p2", "--dlt", str(data), reference=True))
            for turn in range(TURNS)
        ]
    ours, reference = (least([turn[side] for turn in turns]) for side in (0, 1))
    report(f"P2  {asked.rows:,} rows CSV → unified view", ours, reference, "dlt (CSV → DuckDB)", GOAL)


def _ours(data: Path, home: Path) -> Figure:
    from aos import Client
    from aos_local.platform import Platform

    platform = Platform(home)
    state = platform.start()
    parts = {name: shown.process.pid for name, shown in state.components.items() if shown.process}
    try:
        with Client(state.urls["API"]) as client:
            client.register("Benchmark", f"{uuid4().hex}@example.com", uuid4().hex)
            connection = _connect(client, data)
            client.views.list()  # opens the tenant's lake, once in the life of a worker: not part of a sync
            before, began = {name: cpu_of(pid) for name, pid in parts.items()}, time.monotonic()
            asked = client.connections.sync(connection)
            _until(lambda: client.connections.sync_run(asked["id"])["state"] not in ("pending", "running"))
            run_ = client.connections.sync_run(asked["id"])
            assert run_["state"] == "succeeded", run_
            wanted = run_["streams"][0]["rows_published"]
            _until(lambda: _rows(client) == wanted)
            wall = time.monotonic() - began
            used = {name: cpu_of(pid) - before[name] for name, pid in parts.items()}
    finally:
        platform.stop()
    print(
        "  CPU s by process: " + ", ".join(f"{name} {seconds:.1f}" for name, seconds in used.items() if seconds >= 0.1)
    )
    return Figure(sum(used.values()), wall, 0, {"rows": wanted})


def _connect(client: Any, data: Path) -> str:
    made = client.connections.create("bench", "files", {"path": str(data)})
    _until(
        lambda: [s["state"] for s in client.connections.get(made["id"])["streams"]] in (["ready"], ["needs_mapping"])
    )
    for proposal in list(client.proposals.list("pending")):
        client.proposals.approve(proposal["id"])
    _until(lambda: [s["state"] for s in client.connections.get(made["id"])["streams"]] == ["ready"])
    return str(made["id"])


def _rows(client: Any) -> int:
    return next(int(view["rows"]) for view in client.views.list() if view["name"] == "opportunity")


def _until(done: Any, seconds: float = 600) -> None:
    deadline = time.monotonic() + seconds
    while not done():
        if time.monotonic() > deadline:
            raise SystemExit(f"not done after {seconds:.0f} s")
        time.sleep(2)  # asking costs too, and counts as ours


def _dlt(data: Path) -> dict[str, int]:
    import dlt
    from dlt.sources.filesystem import filesystem, read_csv_duckdb

    with tempfile.TemporaryDirectory() as folder:
        destination = dlt.destinations.duckdb(f"{folder}/dlt.duckdb")
        pipeline = dlt.pipeline("p2", destination=destination, dataset_name="deals", pipelines_dir=f"{folder}/state")
        files = filesystem(bucket_url=f"file://{data}", file_glob="*.csv")
        pipeline.run((files | read_csv_duckdb(use_pyarrow=True)).with_name("deals"))
        return {"rows": pipeline.last_trace.last_normalize_info.row_counts["deals"]}


if __name__ == "__main__":
    main()
