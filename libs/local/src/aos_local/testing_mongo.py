"""A server that speaks MongoDB's wire protocol, for tests and benchmarks; it is a re-implementation, not MongoDB."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from aos_local.processes.ports import LOOPBACK, free_port
from aos_local.processes.process import Launch
from aos_local.testing import environment, folder, running


@contextmanager
def mongo(host: str = LOOPBACK) -> Iterator[str]:
    """Run the server with passwords at an address of this machine; yield its administrator's URL.

    A user `reader` may read every database.
    """
    from pymongo import MongoClient  # noqa: PLC0415  for tests alone
    from pymongo.errors import PyMongoError  # noqa: PLC0415  for tests alone

    with folder() as home:
        ports: list[int] = []

        def launch(*extra: str) -> Launch:
            ports.append(free_port())
            place = ["--host", host, "--port", str(ports[-1]), "--storage-path", str(home / "data")]
            argv = [sys.executable, "-m", "secantus", *place, "--log-level", "WARNING", *extra]
            return Launch(argv, environment(), home / "log", home, death_signal=signal.SIGTERM)

        def for_the_test() -> Launch:
            # It takes seconds to go by itself, and nothing in it is wanted any more.
            return replace(launch("--auth", "--enable-test-commands"), stop_signal=signal.SIGKILL)

        def url(credentials: str = "") -> str:
            return f"mongodb://{credentials}{host}:{ports[-1]}/?directConnection=true"

        def ready(credentials: str = "") -> bool:
            with MongoClient[dict[str, object]](url(credentials), serverSelectionTimeoutMS=1000) as client:
                try:
                    client.admin.command("ping")
                except PyMongoError:
                    return False
                return True

        with running("the server", launch, ready), MongoClient[dict[str, object]](url()) as open_to_all:
            for user, role in (("root", "root"), ("reader", "readAnyDatabase")):
                open_to_all.admin.command("createUser", user, pwd=f"{user}-geheim", roles=[role])
        root = "root:root-geheim@"
        with running("the server", for_the_test, lambda: ready(root)):
            yield url(root)
