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
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import psutil

from benchmarks.measure import ROOT, cpu_of

GOAL = 2.0
PATH = "/api/v1/aam/connections"
CONNECTIONS, ROWS = 100, 200
POOL = 8


@dataclass(frozen=True)
class Side:
    """A server: its process, its port and the bytes of one request."""

    pid: int
    port: int
    request: bytes


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
    asyncio.run(_load(side, count))
    wall = time.monotonic() - began
    return (cpu_of(side.pid) - before) / count * 1e6, (cpu_of(postgres) - server) / count * 1e6, count / wall


async def _load(side: Side, count: int) -> None:
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(_client(side, count // CONNECTIONS))


async def _client(side: Side, count: int) -> bytes:
    """One keep-alive connection, one request at a time; the last body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", side.port)
    body = b""
    for _ in range(count):
        writer.write(side.request)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 "), head + await reader.read(2000)
        at = head.lower().index(b"content-length: ") + 16
        body = await reader.readexactly(int(head[at : head.index(b"\r", at)]))
    writer.close()
    await writer.wait_closed()
    return body


async def _body(side: Side) -> object:
    return json.loads(await _client(side, 1))


@contextmanager
def _sides() -> Iterator[tuple[int, dict[str, Side]]]:
    """Start PostgreSQL, Valkey, AAM, a key set and the plain application; yield PostgreSQL's process and both sides."""
    import psycopg
    from aos_common.cli import migrations_folder
    from aos_common.migrations import migrate
    from aos_common.testing import Issuer
    from aos_local.processes.ports import free_port
    from aos_local.provision import DATABASE, in_database
    from aos_local.testing import provisioned_postgres, valkey

    issuer, tenant = Issuer(), uuid4()
    with (
        tempfile.TemporaryDirectory() as folder,
        provisioned_postgres(["aam"]) as urls,
        valkey() as redis,
        ExitStack() as up,
    ):
        migrate(urls["aam"].owner, "aam", migrations_folder("aam"))
        _fill(urls["aam"].app, tenant)
        keys = free_port()
        ours = free_port([keys])
        plain = free_port([keys, ours])
        (Path(folder) / "jwks").write_text(json.dumps(issuer.jwks))
        up.enter_context(
            _process([sys.executable, "-m", "http.server", str(keys), "-d", folder, "-b", "127.0.0.1"], keys, {})
        )
        settings = {
            "AOS_DATABASE_URL": urls["aam"].app,
            "AOS_REDIS_URL": redis,
            "AOS_JWKS_URL": f"http://127.0.0.1:{keys}/jwks",
            "AOS_OBJECTS_URL": f"file://{folder}/objects",
            "AOS_CREDENTIAL_KEY": "env:BENCH_KEY",
            "BENCH_KEY": base64.b64encode(bytes(32)).decode(),
            "AOS_HTTP_PORT": str(ours),
            "AOS_DATABASE_POOL": str(POOL),
            "AOS_DATABASE_WAIT": "30",
        }
        one = up.enter_context(_process([sys.executable, "-m", "aam", "serve"], ours, settings))
        database = in_database(urls.admin, DATABASE)  # its administrator: no row-level security
        command = [
            sys.executable,
            "-m",
            "benchmarks.p5",
            "--side",
            "plain",
            "--database",
            database,
            "--port",
            str(plain),
        ]
        other = up.enter_context(_process(command, plain, {}))
        with psycopg.connect(urls.admin) as admin:
            row = admin.execute("SELECT pg_backend_pid()").fetchone()
            assert row is not None
            postgres = psutil.Process(row[0]).ppid()
        path = f"{PATH}?page_size=50"
        token = issuer.token(tenant)
        yield (
            postgres,
            {"ours": Side(one, ours, _request(path, token)), "plain": Side(other, plain, _request(path, ""))},
        )


def _request(path: str, token: str) -> bytes:
    """A call as the SDK makes it."""
    authorization = f"authorization: Bearer {token}\r\n" if token else ""
    more = f"accept: */*\r\naccept-encoding: gzip, deflate\r\nuser-agent: aos-sdk/0.1\r\n{authorization}"
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{more}\r\n".encode()


@contextmanager
def _process(command: list[str], port: int, settings: dict[str, str]) -> Iterator[int]:
    """Run a server until the block ends; yield its process id once it listens."""
    process = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, f"{command} ended"
            time.sleep(0.1)
        yield process.pid
    finally:
        process.terminate()
        process.wait()


def _fill(url: str, tenant: UUID) -> None:
    asyncio.run(_add(url, tenant))


async def _add(url: str, tenant: UUID) -> None:
    from datetime import UTC, datetime

    from aam.adapters.connections import PostgresConnections
    from aam.domain.connection import Connection, ConnectionState
    from aos_common.db import Database
    from aos_common.ids import new_id
    from aos_common.secrets import CredentialLocators, LocalKeys, SecretBox

    database = Database(url, "aam")
    connections = PostgresConnections(database, SecretBox(LocalKeys([bytes(32)])), CredentialLocators())
    for number in range(ROWS):
        settings = {"path": f"/data/files/{number}"}
        one = Connection(new_id(), f"files {number}", "files", settings, ConnectionState.ACTIVE, datetime.now(UTC))
        await connections.add(tenant, one, {})
    await database.close()


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
