"""What could keep the platform from starting on this machine, and what to type next."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psutil
from aos_common.errors import DomainError

from aos_local.backing import binaries, postgres
from aos_local.platform import Platform
from aos_local.processes.ports import is_free
from aos_local.processes.state import Phase, Status
from aos_local.settings import DEFAULT_PUBLIC_PORT

_MIN_DISK = 2 * 1024**3
_MIN_MEMORY = 2 * 1024**3
_SECONDS = 20
_VERSION = re.compile(r"\d+(\.\d+)+")


@dataclass(frozen=True)
class Finding:
    """One check: `advice` says what to type when it is not `ok`; despite a `warning` the platform starts."""

    check: str
    ok: bool
    said: str
    advice: str = ""
    warning: bool = False


def examine(platform: Platform) -> list[Finding]:
    """Run every check; none changes anything."""
    return [
        _python(),
        *(_program(name, path, flag) for name, path, flag in _programs()),
        _run_as(),
        _port(platform),
        _disk(platform.settings.home.root),
        _memory(),
        _state(platform),
    ]


def _python() -> Finding:
    version = sys.version.split()[0]
    return Finding("Python", sys.version_info >= (3, 11), version, "Use Python 3.11 or newer.")


def _programs() -> list[tuple[str, Callable[[], Path], str]]:
    return [
        ("PostgreSQL", lambda: binaries.postgres_bin("postgres"), "--version"),
        ("Valkey", binaries.valkey, "--version"),
        ("Temporal", binaries.temporal, "--version"),
        ("Envoy", binaries.envoy, "--version"),
        ("Caddy", binaries.caddy, "version"),
    ]


def _program(name: str, locate: Callable[[], Path], flag: str) -> Finding:
    try:
        path = str(locate())
        command = [path, flag]
        done = subprocess.run(command, capture_output=True, text=True, timeout=_SECONDS, check=False)  # noqa: S603  ours
    except DomainError as missing:
        return Finding(name, False, missing.message, missing.hint)
    except (OSError, subprocess.TimeoutExpired) as error:
        return Finding(name, False, f"does not run: {error}", "Install it again: uv sync --reinstall")
    version = _VERSION.search(done.stdout.replace(path, ""))
    said = version.group() if version else done.stderr.strip()[:200]
    return Finding(name, done.returncode == 0, said, "Install it again: uv sync --reinstall")


def _run_as() -> Finding:
    try:
        user = postgres.run_as()
    except DomainError as error:
        return Finding("User", False, error.message, error.hint)
    said = "PostgreSQL runs as you" if user is None else f"you are root; PostgreSQL runs as user {user}"
    return Finding("User", True, said)


def _port(platform: Platform) -> Finding:
    wanted = platform.settings.public_port
    found = platform.state()
    if found is not None and found.alive():
        return Finding("Public port", True, f"served at {found.urls.get('API', '-')}")
    port = wanted or DEFAULT_PUBLIC_PORT
    if is_free(port, platform.settings.public_host):
        return Finding("Public port", True, f"{port} is free")
    advice = "Choose another: AOS_PUBLIC_PORT=8090 aos up" if wanted else "The next free port will be used."
    return Finding("Public port", False, f"{port} is in use by another program", advice, warning=wanted is None)


def _disk(root: Path) -> Finding:
    folder = next(parent for parent in (root, *root.parents) if parent.exists())
    free = shutil.disk_usage(folder).free
    advice = f"Free some space under {folder}, or set AOS_HOME to another disk."
    return Finding("Disk", free >= _MIN_DISK, f"{free / 1024**3:.1f} GB free", advice)


def _memory() -> Finding:
    free = psutil.virtual_memory().available
    said = f"{free / 1024**3:.1f} GB available"
    return Finding("Memory", free >= _MIN_MEMORY, said, "Close some programs: 2 GB are needed.", warning=True)


def _state(platform: Platform) -> Finding:
    found = platform.state()
    if found is None:
        return Finding("State", True, "not running; start it with: aos up")
    if not found.alive():
        if found.phase is Phase.FAILED:
            return Finding("State", False, f"the last start failed: {found.message.splitlines()[0]}", "aos up", True)
        return Finding("State", False, "the supervisor was killed; its record is left", "aos down", True)
    failed = [shown for shown in found.components.values() if shown.status is Status.FAILED]
    if failed:
        names = ", ".join(shown.name for shown in failed)
        return Finding("State", False, f"{names} failed: {failed[0].message}", f"aos logs {failed[0].name}")
    return Finding("State", True, f"{found.phase}, {len(found.components)} components")
