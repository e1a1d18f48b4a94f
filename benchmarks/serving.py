"""AAM alone on its port with its real stores, and many keep-alive connections that ask it: for P5 and the telemetry."""

import asyncio
import base64
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid4

import psutil

from benchmarks.measure import ROOT

PATH = "/api/v1/aam/connections"
CONNECTIONS, ROWS = 100, 200
POOL = 8


@dataclass(frozen=True)
class Side:
    """A server: its process, its port and the bytes of one request."""

    pid: int
    port: int
    request: bytes


@dataclass
class Ground:
    """The stores under AAM: `database` is PostgreSQL's administrator, `postgres` its process, `token` a user's."""

    database: str
    postgres: int
    token: str
    settings: dict[str, str]
    _taken: list[int] = field(default_factory=list)

    def port(self) -> int:
        """A free port that none of the others has."""
        from aos_local.processes.ports import free_port

        self._taken.append(free_port(self._taken))
        return self._taken[-1]

    @contextmanager
    def aam(self, more: Mapping[str, str] | None = None) -> Iterator[Side]:
        """AAM with these settings too, until the block ends."""
        port = self.port()
        settings = self.settings | {"AOS_HTTP_PORT": str(port)} | dict(more or {})
        with process([sys.executable, "-m", "aam", "serve"], port, settings) as pid:
            yield Side(pid, port, request(f"{PATH}?page_size=50", self.token))


@contextmanager
def ground() -> Iterator[Ground]:
    """PostgreSQL with a tenant's connections, Valkey and a key set."""
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
        asyncio.run(_fill(urls["aam"].app, tenant))
        keys = free_port()
        (Path(folder) / "jwks").write_text(json.dumps(issuer.jwks))
        up.enter_context(
            process([sys.executable, "-m", "http.server", str(keys), "-d", folder, "-b", "127.0.0.1"], keys, {})
        )
        settings = {
            "AOS_DATABASE_URL": urls["aam"].app,
            "AOS_REDIS_URL": redis,
            "AOS_JWKS_URL": f"http://127.0.0.1:{keys}/jwks",
            "AOS_OBJECTS_URL": f"file://{folder}/objects",
            "AOS_CREDENTIAL_KEY": "env:BENCH_KEY",
            "BENCH_KEY": base64.b64encode(bytes(32)).decode(),
            "AOS_DATABASE_POOL": str(POOL),
            "AOS_DATABASE_WAIT": "30",
        }
        with psycopg.connect(urls.admin) as admin:
            row = admin.execute("SELECT pg_backend_pid()").fetchone()
            assert row is not None
            postgres = psutil.Process(row[0]).ppid()
        # The administrator of the database: no row-level security.
        yield Ground(in_database(urls.admin, DATABASE), postgres, issuer.token(tenant), settings, [keys])


async def load(side: Side, count: int) -> None:
    """Ask `count` times over all connections."""
    async with asyncio.TaskGroup() as group:
        for _ in range(CONNECTIONS):
            group.create_task(client(side, count // CONNECTIONS))


async def client(side: Side, count: int) -> bytes:
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


def request(path: str, token: str) -> bytes:
    """A call as the SDK makes it."""
    authorization = f"authorization: Bearer {token}\r\n" if token else ""
    more = f"accept: */*\r\naccept-encoding: gzip, deflate\r\nuser-agent: aos-sdk/0.1\r\n{authorization}"
    return f"GET {path} HTTP/1.1\r\nhost: 127.0.0.1\r\n{more}\r\n".encode()


@contextmanager
def process(command: list[str], port: int, settings: dict[str, str]) -> Iterator[int]:
    """Run a server until the block ends; yield its process id once it listens."""
    running = subprocess.Popen(
        command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert running.poll() is None, f"{command} ended"
            time.sleep(0.1)
        yield running.pid
    finally:
        running.terminate()
        running.wait()


async def _fill(url: str, tenant: UUID) -> None:
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
