"""Change capture: from the commit at a PostgreSQL source to our batch, at a steady rate of changes.

A writer commits one update at a time at the asked rate, each with the time of its statement. A reader follows the table
by logical replication, reading after reading; a change counts when the batch that holds it, or a later version of its
row, is there. So the figure includes opening each reading, the drain and reading the rows by key.
"""

import argparse
import json
import multiprocessing
import time
from typing import Any

GOAL_MS = 250.0
KEYS = 50_000


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rate", type=int, default=1000, help="changes a second")
    parser.add_argument("--seconds", type=int, default=15)
    asked = parser.parse_args()
    from aos_local.testing import postgres

    with postgres() as url:
        _fill(url)
        waits, readings = _measured(url, asked.rate, asked.seconds)
    waits.sort()
    p50, p99 = (1000 * waits[int(len(waits) * part)] for part in (0.5, 0.99))
    rate = len(waits) / asked.seconds
    told = "met" if p99 <= GOAL_MS else "missed"
    print(
        f"CDC {rate:,.0f} changes/s, {readings} readings: commit → batch p50 {p50:.0f} ms, p99 {p99:.0f} ms; "
        f"goal {GOAL_MS:.0f} ms: {told}"
    )


def _fill(url: str) -> None:
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE TABLE deals (id int PRIMARY KEY, n int, at float8, note text)")
        connection.execute(
            "INSERT INTO deals SELECT n, 0, 0, repeat('x', 100) FROM generate_series(1, %s) n", [KEYS]
        )  # fmt: skip


def _measured(url: str, rate: int, seconds: int) -> tuple[list[float], int]:
    """The wait of every change in seconds, and the number of readings."""
    source = _source(url)
    cursor = _read(source, {})[0]
    writer = multiprocessing.get_context("spawn").Process(target=_write, args=(url, rate, seconds))
    writer.start()
    waits: list[float] = []
    readings = 0
    while writer.is_alive() or len(waits) < rate * seconds:
        cursor, found = _read(source, cursor)
        now = time.time()
        waits += [now - at for at in found]
        readings += 1
        if not writer.is_alive() and not found:
            break
    writer.join()
    return waits, readings


def _source(url: str) -> Any:
    from aam.adapters.credentials import HeldCredentials
    from aam.adapters.sources.postgres import PostgresConnector
    from aos_common.egress import Egress

    connector = PostgresConnector(Egress("127.0.0.1"))
    public, secret = connector.split({"url": url, "replication": "required", "replication_name": "bench"})
    return connector.open_renewing(public, secret, HeldCredentials())


def _read(source: Any, cursor: Any) -> tuple[Any, list[float]]:
    found: list[float] = []
    with source.read("public.deals", cursor) as read:
        for batch in read.batches():
            found += [at for at in batch.data.column("at").to_pylist() if at]
        return json.loads(json.dumps(read.cursor())), found


def _write(url: str, rate: int, seconds: int) -> None:
    """Commits one change at a time; never ahead of the rate, and each key once, so that each change is seen."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET synchronous_commit = on")
        begin = time.time()
        for number in range(rate * seconds):
            wait = begin + number / rate - time.time()
            if wait > 0:
                time.sleep(wait)
            key = 1 + number % KEYS
            connection.execute("UPDATE deals SET n = n + 1, at = %s WHERE id = %s", [time.time(), key])


if __name__ == "__main__":
    main()
