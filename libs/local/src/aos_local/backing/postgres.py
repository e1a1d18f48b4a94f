"""PostgreSQL from its wheel: cluster creation, start arguments, readiness.

It listens on loopback TCP only (a project's path may be too long for a Unix socket) and asks for SCRAM passwords.
"""

import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from pathlib import Path

from aos_common.errors import DomainError, Kind

from aos_local.backing import binaries
from aos_local.processes.ports import LOOPBACK

SUPERUSER = "postgres"
SUPERUSER_SECRET = "postgres-superuser"  # noqa: S105  the name of a secret
EXAMPLE = "example"
EXAMPLE_SECRET = "example-superuser"  # noqa: S105  the name of a secret
_UNPRIVILEGED = ("postgres", "nobody")
_SETTINGS = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "wal_level": "logical",
    "max_wal_senders": "8",
    "max_replication_slots": "8",
    "max_slot_wal_keep_size": "2GB",  # a slot nobody reads must not fill the disk
    "max_connections": "200",
    "shared_buffers": "64MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "max_wal_size": "512MB",
    "jit": "off",
    "password_encryption": "scram-sha-256",
    "log_min_messages": "warning",
    "log_statement": "none",
    "cluster_name": "autonomos",
}
# The example company's database: read by one connector at a time.
_SMALL = {"shared_buffers": "16MB", "max_connections": "30", "max_wal_size": "128MB", "wal_level": "replica"}
# A cluster that lives for one test has nothing to lose in a power cut.
_THROWAWAY = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "autovacuum_naptime": "30s",
}


class ClusterNotCreated(DomainError):
    """`initdb` refused to create the data folder."""

    reason = "POSTGRES_CLUSTER_NOT_CREATED"
    kind = Kind.INTERNAL


def run_as() -> int | None:
    """The user id PostgreSQL must run as: None (the caller's), or an unprivileged one when the caller is root."""
    if os.geteuid() != 0:
        return None
    for name in _UNPRIVILEGED:
        try:
            return pwd.getpwnam(name).pw_uid
        except KeyError:
            continue
    raise ClusterNotCreated(
        "PostgreSQL does not run as root, and this machine has none of the users " + ", ".join(_UNPRIVILEGED) + ".",
        hint="Run as an ordinary user, or set AOS_POSTGRES_ADMIN_URL to a server of your own.",
    )


def _let_through(folder: Path) -> None:
    """Let another user pass (not list) the folders above; only needed, and only possible, when we are root."""
    for parent in folder.resolve().parents:
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)


def hand_over(data: Path, user: int | None) -> None:
    """Give the data folder and all in it to the user PostgreSQL runs as."""
    if user is None:
        return
    _let_through(data)
    _let_through(binaries.postgres_bin("postgres"))
    os.chown(data, user, user)
    for entry in data.rglob("*"):
        os.chown(entry, user, user, follow_symlinks=False)


def create_cluster(data: Path, password: str) -> None:
    """Create an empty cluster in `data` unless there is one; raises ClusterNotCreated."""
    if (data / "PG_VERSION").exists():
        return
    user = run_as()
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    hand_over(data, user)
    with tempfile.NamedTemporaryFile("w", suffix=".pw") as secret:
        secret.write(password)
        secret.flush()
        if user is not None:
            os.chown(secret.name, user, user)
        done = subprocess.run(  # noqa: S603  arguments are ours
            [
                *(str(binaries.postgres_bin("initdb")), "-D", str(data), "-U", SUPERUSER, "--pwfile", secret.name),
                *("--auth=scram-sha-256", "--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *("--locale=C", "--no-sync", "--no-instructions"),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
            user=user,
            group=user,
            extra_groups=[] if user is not None else None,
            cwd=tempfile.gettempdir(),
        )
    if done.returncode:
        raise ClusterNotCreated(
            f"initdb failed in {data}: {done.stderr.strip()[-600:]}",
            hint="See that the folder is empty and writable and the disk has room: aos doctor",
        )


def cluster_from_template(data: Path, password: str) -> None:
    """Fill `data` from a cached empty cluster (made at the first call for this program, user and password)."""
    user = run_as()
    owner = os.geteuid()
    cache = Path(tempfile.gettempdir()) / f"autonomos-postgres-{binaries.POSTGRES_MAJOR}-{owner}"
    cache.mkdir(mode=0o711, exist_ok=True)
    if cache.stat().st_uid != owner:
        raise ClusterNotCreated(
            f"{cache} belongs to another user.", hint="Remove it, or set TMPDIR to a folder of yours."
        )
    program = binaries.postgres_bin("postgres").stat()
    key = hashlib.sha256(f"{program.st_mtime_ns}:{program.st_size}:{password}".encode()).hexdigest()[:16]
    template = cache / f"cluster-{key}"
    if not template.exists():
        fresh = Path(tempfile.mkdtemp(dir=cache))
        create_cluster(fresh, password)
        try:
            fresh.rename(template)
        except OSError:  # another process was first
            shutil.rmtree(fresh)
    shutil.copytree(template, data, dirs_exist_ok=True)
    data.chmod(0o700)
    hand_over(data, user)


def argv(data: Path, port: int, *, throwaway: bool = False, small: bool = False) -> list[str]:
    """The command line of a server for `data` on a loopback port; `throwaway` gives up durability for speed."""
    settings = {**_SETTINGS, **(_THROWAWAY if throwaway else {}), **(_SMALL if small else {}), "port": str(port)}
    flags = [flag for name, value in settings.items() for flag in ("-c", f"{name}={value}")]
    return [str(binaries.postgres_bin("postgres")), "-D", str(data), *flags]


def url(port: int, password: str, *, user: str = SUPERUSER, database: str = "postgres") -> str:
    """The `postgresql://` URL of a database on the loopback server."""
    return f"postgresql://{user}:{password}@{LOOPBACK}:{port}/{database}"
