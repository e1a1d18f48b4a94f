"""The stores of the chart's evaluation mode, each started as in its container and ended by SIGTERM."""

import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import fsspec
import psutil
import psycopg
import pytest
from aos_local import reachable
from aos_local.backing import valkey
from aos_local.evaluation import stores
from aos_local.processes.ports import free_port, is_free
from aos_local.secrets import SecretStore
from aos_local.testing import folder

RUN = (
    "import sys; from pathlib import Path; from aos_local.evaluation.__main__ import run; "
    "from aos_local.evaluation import stores; from aos_local.secrets import SecretStore; "
    "make = getattr(stores, sys.argv[1]); "
    "sys.exit(run(make(Path(sys.argv[2]), SecretStore(Path(sys.argv[3])), int(sys.argv[4]))))"
)


@contextmanager
def running(make: str) -> Iterator[tuple[int, SecretStore, "subprocess.Popen[bytes]"]]:
    """One store as a process, in a folder of its own."""
    with folder() as home:
        secrets, port = SecretStore(home / "secrets"), port_with_room()
        command = [sys.executable, "-c", RUN, make, str(home / "data"), str(home / "secrets"), str(port)]
        with subprocess.Popen(command) as process:
            try:
                wait_for(port, process)
                yield port, secrets, process
            finally:
                if process.poll() is None:
                    ended(process)


def port_with_room() -> int:
    """A free port with free ones behind it, as in a container: below those that the kernel gives to connections."""
    while True:
        port = random.randrange(10_000, 30_000)
        if all(is_free(one) for one in range(port, port + 21)):
            return port


def wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"nothing listens; exit status {process.poll()}")


def ended(process: "subprocess.Popen[bytes]") -> int:
    process.send_signal(signal.SIGTERM)
    return process.wait(30)


def test_postgresql_takes_passwords_and_ends_while_a_client_is_connected() -> None:
    with running("postgresql") as (port, secrets, process):
        login = f"postgresql://postgres:{secrets.password('postgres-superuser')}@127.0.0.1:{port}/postgres"
        client = _connected(login)
        assert client.execute("SHOW listen_addresses").fetchone() == ("*",)
        assert ended(process) == 0
        client.close()


def _connected(login: str) -> "psycopg.Connection[tuple[object, ...]]":
    for _ in range(100):
        try:
            return psycopg.connect(login)
        except psycopg.OperationalError as error:  # it listens before it has looked at its files
            if "starting up" not in str(error):
                raise
            time.sleep(0.1)
    pytest.fail("the server is starting up for ten seconds")


def test_valkey_answers_its_own_users() -> None:
    with running("valkey_store") as (port, secrets, process):
        assert valkey.ready(port, secrets.password("valkey-probe"))
        assert not valkey.ready(port, "another")
        assert ended(process) == 0


def test_objects_are_kept_in_a_bucket_that_is_there_from_the_start() -> None:
    with running("objects") as (port, secrets, process):
        options = {"key": "autonomos", "secret": secrets.password("objects-secret")}
        s3 = fsspec.filesystem("s3", **options, endpoint_url=f"http://127.0.0.1:{port}", use_listings_cache=False)
        until = time.monotonic() + 60
        while time.monotonic() < until and not _has_bucket(s3):
            time.sleep(0.2)
        s3.pipe(f"{stores.BUCKET}/one", b"1")
        assert s3.cat(f"{stores.BUCKET}/one") == b"1"
        # In order it takes half a minute, and nothing in it is wanted any more.
        for child in psutil.Process(process.pid).children():
            child.kill()
        assert process.wait(10)


def _has_bucket(s3: fsspec.AbstractFileSystem) -> bool:
    try:
        return bool(s3.exists(stores.BUCKET))
    except OSError:
        return False


def test_reachable_when_nothing_listens_names_every_part(capsys: pytest.CaptureFixture[str]) -> None:
    assert reachable.main([f"http://127.0.0.1:{free_port()}"]) == 1
    said = capsys.readouterr().out
    assert "no  /health" in said
    assert "no  /api/v1/dcl/openapi.json" in said
    assert "do not answer" in said
