"""P5: an authenticated list of 50 rows at AAM, against the plain FastAPI and asyncpg that one would write first.

Ours is the service itself, alone on its port: the token's signature and revocations checked, the tenant's transaction
under row-level security, keyset paging, the caller's permission, trace ids and audit in place. The reference selects
the same rows from the same table through an asyncpg pool of the same size and returns the same JSON through a pydantic
response model, for anybody. 100 keep-alive connections ask both, each side in turn; the ratio is the median of rounds.
"""

import argparse
import asyncio
import base64
import json
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from benchmarks.measure import cpu_of
from benchmarks.serving import CONNECTIONS, PATH, POOL, Side, client, ground, load, process, request

GOAL = 2.0


def main() -> None:
    """Measure both sides in turn and print the median."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=4_000, help="a round and side")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--side", choices=("plain",), help="used by the benchmark itself")
    parser.add_argument("--database", default="")
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    if asked.side:
        _plain(asked.database, asked.port)
        return
    with _sides() as (postgres, sides):
        bodies = {name: asyncio.run(_body(side)) for name, side in sides.items()}
        assert bodies["ours"] == bodies["plain"], "the two sides answer differently"
        for side in sides.values():
            _round(postgres, side, 500)
        rounds = [
            {name: _round(postgres, one, asked.requests) for name, one in sides.items()} for _ in range(asked.rounds)
        ]
    _report(rounds, asked.requests)


def _report(rounds: list[dict[str, tuple[float, float, float]]], requests: int) -> None:
    print(f"\nP5  list of 50 rows, {CONNECTIONS} connections, {len(rounds)} rounds of {requests:,}")
    print(f"  {'':<8} {'service µs':>11} {'PostgreSQL µs':>14} {'requests/s':>11}")
    for name in rounds[0]:
        own, server, rate = (statistics.median(one[name][part] for one in rounds) for part in range(3))
        print(f"  {name:<8} {own:>11.0f} {server:>14.0f} {rate:>11.0f}")
    ratios = sorted(one["ours"][0] / one["plain"][0] for one in rounds)
    ratio = statistics.median(ratios)
    verdict = "reached" if ratio <= GOAL else "not reached"
    print(f"  ratio of CPU {ratio:.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f}; goal ≤ {GOAL}: {verdict})", flush=True)


def _round(postgres: int, side: Side, count: int) -> tuple[float, float, float]:
    """CPU microseconds a request of the service and of PostgreSQL, and requests a second."""
    before, server, began = cpu_of(side.pid), cpu_of(postgres), time.monotonic()
    asyncio.run(load(side, count))
    wall = time.monotonic() - began
    return (cpu_of(side.pid) - before) / count * 1e6, (cpu_of(postgres) - server) / count * 1e6, count / wall


async def _body(side: Side) -> object:
    return json.loads(await client(side, 1))


@contextmanager
def _sides() -> Iterator[tuple[int, dict[str, Side]]]:
    """AAM and the plain application over the same rows; yield PostgreSQL's process and both sides."""
    with ground() as stores, stores.aam() as ours:
        port = stores.port()
        more = ["--side", "plain", "--database", stores.database, "--port", str(port)]
        with process([sys.executable, "-m", "benchmarks.p5", *more], port, {}) as pid:
            plain = Side(pid, port, request(f"{PATH}?page_size=50", ""))
            yield stores.postgres, {"ours": ours, "plain": plain}


def _plain(url: str, port: int) -> None:
    """What a developer writes first: a pool, a SELECT, a response model."""
    from collections.abc import AsyncIterator
    from contextlib import asynccontextmanager
    from datetime import datetime

    import asyncpg
    import uvicorn
    from fastapi import FastAPI
    from pydantic import BaseModel

    class Connection(BaseModel):
        id: UUID
        name: str
        connector: str
        state: str
        location: str
        error: str
        streams: list[str]
        create_time: datetime

    class Page(BaseModel):
        connections: list[Connection]
        next_page_token: str

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with asyncpg.create_pool(url, min_size=POOL, max_size=POOL) as pool:
            app.state.pool = pool
            yield

    app = FastAPI(lifespan=lifespan)

    @app.get("/api/v1/aam/connections")
    async def connections(page_size: int = 50) -> Page:
        rows = await app.state.pool.fetch(
            "SELECT id, name, connector, state, location, error, created_at FROM aam.connections"
            " ORDER BY id DESC LIMIT $1",
            page_size,
        )
        found = [
            Connection(
                id=row["id"],
                name=row["name"],
                connector=row["connector"],
                state=row["state"],
                location=row["location"],
                error=row["error"],
                streams=[],
                create_time=row["created_at"],
            )
            for row in rows
        ]
        last = base64.urlsafe_b64encode(json.dumps([str(rows[-1]["id"])]).encode()).decode().rstrip("=")
        return Page(connections=found, next_page_token=last)

    uvicorn.run(app, port=port, log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
