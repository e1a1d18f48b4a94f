"""Backing services for one test: each starts in a moment, on a free port, in a folder of its own, and is gone after.

All are plain context managers, so that a fixture of any scope can use them:

    @pytest.fixture(scope="session")
    def database() -> Iterator[Provisioned]:
        with provisioned_postgres(["aam"]) as urls:
            yield urls
"""

import contextlib
import json
import os
import shutil
import signal
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import fsspec
from aos_common.errors import DomainError, Kind

from aos_local.backing import postgres as pg
from aos_local.backing import postgres_probe
from aos_local.backing import temporal as tp
from aos_local.backing import valkey as vk
from aos_local.backing.valkey_acl import ADMIN, acl
from aos_local.processes.logs import tail
from aos_local.processes.ports import LOOPBACK, free_port
from aos_local.processes.process import Child, Launch, start
from aos_local.provision import Provisioned, provision
from aos_local.settings import SERVICES

PASSWORD = "testing"  # noqa: S105  of servers that live for one test, on loopback
_ATTEMPTS = 3
_SECONDS = 30.0
_POLL = 0.03


class NotReady(DomainError):
    """A backing service of a test did not come up."""

    reason = "BACKING_SERVICE_NOT_READY"
    kind = Kind.UNAVAILABLE


@contextmanager
def postgres() -> Iterator[str]:
    """An empty PostgreSQL with pgvector; yields the superuser's URL."""
    with folder() as home:
        data = home / "data"
        pg.cluster_from_template(data, PASSWORD)
        ports: list[int] = []

        def launch() -> Launch:
            ports.append(free_port())
            return Launch(
                pg.argv(data, ports[-1], throwaway=True),
                environment(),
                home / "log",
                home,
                user=pg.run_as(),
                # immediate: nothing in it is wanted any more
                stop_signal=signal.SIGQUIT,
                death_signal=signal.SIGQUIT,
            )

        with running("PostgreSQL", launch, lambda: postgres_probe.ready(pg.url(ports[-1], PASSWORD))):
            yield pg.url(ports[-1], PASSWORD)


@contextmanager
def provisioned_postgres(services: Sequence[str] = SERVICES) -> Iterator[Provisioned]:
    """A PostgreSQL with the roles, schemas and databases of `services`, as the platform provisions them."""
    with postgres() as admin:
        yield provision(admin, lambda role: f"{PASSWORD}-{role}", services)


@contextmanager
def valkey() -> Iterator[str]:
    """An empty Valkey with the platform's users, all with the same password; yields its administrator's URL."""
    users = acl(lambda _: PASSWORD)
    with folder() as home:
        ports: list[int] = []

        def launch() -> Launch:
            ports.append(free_port())
            return Launch(vk.argv(vk.write_config(home, ports[-1], users)), environment(), home / "log", home)

        with running("Valkey", launch, lambda: vk.ready(ports[-1], PASSWORD, ADMIN)):
            yield vk.url(ports[-1], PASSWORD, ADMIN)


@contextmanager
def temporal() -> Iterator[str]:
    """A Temporal server in memory, without web UI; yields `host:port` of its gRPC frontend (namespace `default`)."""
    with folder() as home:
        ports: list[tp.TemporalPorts] = []

        def launch() -> Launch:
            grpc = free_port()
            http = free_port([grpc])
            ports.append(tp.TemporalPorts(grpc, http, free_port([grpc, http]), None))
            return Launch(tp.argv(ports[-1], None), environment(), home / "log", home, death_signal=signal.SIGTERM)

        with running("Temporal", launch, lambda: tp.ready(ports[-1].http)):
            yield f"{LOOPBACK}:{ports[-1].grpc}"


@contextmanager
def s3() -> Iterator[tuple[str, dict[str, str]]]:
    """A real S3 server (SeaweedFS) with one bucket; yields the bucket's URL and the fsspec options to reach it."""
    with folder() as home:
        config = home / "s3.json"
        credentials = [{"accessKey": "tester", "secretKey": PASSWORD}]
        identity = {"name": "testing", "credentials": credentials, "actions": ["Admin", "Read", "Write", "List"]}
        config.write_text(json.dumps({"identities": [identity]}))
        ports: list[list[int]] = []

        def launch() -> Launch:
            taken: list[int] = []
            for _ in range(8):
                taken.append(free_port(taken))
            ports.append(taken)
            return Launch(
                _weed(home, config, taken),
                environment(),
                home / "log",
                home,
                # It takes seconds to go by itself, and nothing in it is wanted any more.
                stop_signal=signal.SIGKILL,
                death_signal=signal.SIGTERM,
            )

        def ready() -> bool:
            options = _s3_options(ports[-1][0])
            with contextlib.suppress(Exception):  # not yet listening, or not yet able to store: asked again
                store = fsspec.filesystem("s3", **options, use_listings_cache=False)
                store.makedirs("objects", exist_ok=True)
                store.pipe("objects/ready", b"1")
                return True
            return False

        with running("SeaweedFS", launch, ready):
            yield "s3://objects", _s3_options(ports[-1][0])


def _s3_options(port: int) -> dict[str, str]:
    return {"key": "tester", "secret": PASSWORD, "endpoint_url": f"http://{LOOPBACK}:{port}"}


def _weed(home: Path, config: Path, ports: Sequence[int]) -> list[str]:
    flags = [f"{part}.port{kind}" for part in ("s3", "master", "volume", "filer") for kind in ("", ".grpc")]
    chosen = [f"-{flag}={port}" for flag, port in zip(flags, ports, strict=True)]
    weed = str(Path(sysconfig.get_path("scripts")) / "weed")
    server = [weed, "server", f"-dir={home}", f"-ip={LOOPBACK}", "-s3", f"-s3.config={config}", "-volume.max=20"]
    # No catalogues: their ports are the same for all servers of the machine.
    return [*server, "-master.volumeSizeLimitMB=64", "-s3.port.iceberg=0", "-s3.port.lance=0", *chosen]


@contextmanager
def folder() -> Iterator[Path]:
    """A short-lived folder that other users may pass through."""
    home = Path(tempfile.mkdtemp(prefix="aos-test-"))
    home.chmod(0o711)  # PostgreSQL passes through as another user when the tests run as root
    try:
        yield home
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def running(name: str, launch: Callable[[], Launch], ready: Callable[[], bool]) -> Iterator[None]:
    """Keep a program running for the block, started again elsewhere when its port was lost."""
    child = _start(name, launch, ready)
    try:
        yield
    finally:
        child.stop()


def _start(name: str, launch: Callable[[], Launch], ready: Callable[[], bool]) -> Child:
    # A free port can be lost to another test between choosing and binding: choose again.
    for _ in range(_ATTEMPTS):
        child = start(launch())
        deadline = time.monotonic() + _SECONDS
        while child.exit_code() is None and time.monotonic() < deadline:
            if ready():
                return child
            time.sleep(_POLL)
        child.stop()
    raise NotReady(
        f"{name} did not come up in {_ATTEMPTS} attempts.",
        hint=f"Its last lines were:\n{tail(child.launch.log)}",
    )


def environment() -> dict[str, str]:
    """This process's environment without settings of the platform."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("AOS_", "PG"))}
