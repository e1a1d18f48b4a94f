"""What each connector costs by itself: every record of one stream read into Arrow batches, in a process of its own.

The same ten columns from CSV, Parquet, PostgreSQL, MongoDB and Salesforce (Bulk API). The servers run beside, and their
CPU is left out; MongoDB and Salesforce are re-implementations, so that wall time says more of them than of us.
"""

import argparse
import itertools
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from benchmarks.measure import Figure, peak_mb, run
from benchmarks.rows import NAMES, fill_table, make, write_csv

SOURCES = ("files (CSV)", "files (Parquet)", "postgres", "mongo", "salesforce")

_HEAD = f"  {'':<18}{'rows':>10}{'CPU s/1M':>10}{'rows/s':>10}{'RSS MB':>8}{'MB':>8}"


def main() -> None:
    """Measure every connector and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--read", nargs=2, metavar=("CONNECTOR", "SETTINGS"), help="used by the benchmark itself")
    asked = parser.parse_args()
    if asked.read:
        print(json.dumps(_read(asked.read[0], json.loads(asked.read[1])) | {"rss": peak_mb()}))
        return
    print(f"\nConnectors: one stream into Arrow, CPU without the start of the process\n{_HEAD}")
    for name in SOURCES:
        with _source(name, asked.rows) as settings:
            _line(name, run("benchmarks.connectors", "--read", name.partition(" ")[0], json.dumps(settings)))


def _line(name: str, figure: Figure) -> None:
    rows, size = (int(str(figure.said[key])) for key in ("rows", "bytes"))
    cpu, rate = (float(str(figure.said["cpu"])) / rows * 1e6, rows / float(str(figure.said["seconds"])))
    print(f"  {name:<18}{rows:>10,}{cpu:>10.2f}{rate:>10,.0f}{figure.rss:>8.0f}{size / 1e6:>8.0f}", flush=True)


def _read(name: str, settings: dict[str, Any]) -> dict[str, float]:
    """Open the only stream and exhaust it."""
    from aam.adapters.sources.registry import InstalledConnectors
    from aos_common.egress import Egress
    from aos_common.folders import AllowedFolders

    connector = InstalledConnectors(AllowedFolders((Path("/"),)), Egress("127.0.0.1")).get(name)
    source = connector.open(*connector.split(settings))
    (stream,) = source.discover()
    rows = size = 0
    began, spent = time.monotonic(), time.process_time()
    with source.read(stream.name, {}) as reading:
        for batch in reading.batches():
            rows += batch.data.num_rows
            size += batch.data.nbytes
    return {"rows": rows, "bytes": size, "seconds": time.monotonic() - began, "cpu": time.process_time() - spent}


@contextmanager
def _source(name: str, count: int) -> Iterator[dict[str, Any]]:
    """Settings of a connection to `count` rows."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        path = Path(folder) / "deals.csv"
        if name.startswith("files"):
            write_csv(path, count)
            yield {"path": str(_as_parquet(path) if "Parquet" in name else path)}
        elif name == "postgres":
            from aos_local.testing import postgres

            url = stack.enter_context(postgres())
            fill_table(url, count)
            yield {"url": url, "schemas": ["public"]}
        elif name == "mongo":
            yield _mongo(stack, count)
        else:
            from aos_local.salesforce.client import salesforce

            organisation = stack.enter_context(salesforce())
            organisation.generate("Account", count, start="2024-01-01T00:00:00Z")
            yield organisation.settings(objects=["Account"])


def _as_parquet(path: Path) -> Path:
    import pyarrow.csv
    import pyarrow.parquet

    made = path.with_suffix(".parquet")
    pyarrow.parquet.write_table(pyarrow.csv.read_csv(path), made)
    return made


def _mongo(stack: ExitStack, count: int) -> dict[str, Any]:
    from aos_local.testing_mongo import mongo
    from pymongo import MongoClient

    url = stack.enter_context(mongo())
    with MongoClient[dict[str, object]](url) as client:
        documents = ({"_id": row[0]} | dict(zip(NAMES[1:], row[1:], strict=True)) for row in make(count))
        while some := list(itertools.islice(documents, 10_000)):
            client.shop.deals.insert_many(some)
        host, port = client.address or ("", 0)
    plain = {"hosts": [f"{host}:{port}"], "database": "shop", "user": "reader", "password": "reader-geheim"}
    return {**plain, "tls": "disable"}


if __name__ == "__main__":
    main()
