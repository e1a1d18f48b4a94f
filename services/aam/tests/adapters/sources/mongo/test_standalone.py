"""A server without change streams: every reading is whole, and a scan that broke off still resumes."""

import signal
import sys
from collections.abc import Iterator

import pytest
from aam.adapters.sources.mongo.connector import MongoConnector
from aos_common.egress import Egress
from aos_local.processes.ports import LOOPBACK, free_port
from aos_local.processes.process import Launch
from aos_local.testing import environment, folder, running
from pymongo import MongoClient
from pymongo.errors import PyMongoError


@pytest.fixture
def url() -> Iterator[str]:
    with folder() as home:
        ports: list[int] = []

        def launch() -> Launch:
            ports.append(free_port())
            place = ["--host", LOOPBACK, "--port", str(ports[-1]), "--storage-path", str(home / "data")]
            argv = [sys.executable, "-m", "secantus", *place, "--standalone"]
            return Launch(argv, environment(), home / "log", home, death_signal=signal.SIGTERM)

        def ready() -> bool:
            with MongoClient(LOOPBACK, ports[-1], serverSelectionTimeoutMS=1000) as client:
                try:
                    client.admin.command("ping")
                except PyMongoError:
                    return False
                return True

        with running("the server", launch, ready):
            yield f"mongodb://{LOOPBACK}:{ports[-1]}/shop"


def test_read_when_the_server_has_no_change_streams_then_reads_everything_and_resumes(url: str) -> None:
    with MongoClient(url) as client:
        client.shop.deals.insert_many([{"_id": n} for n in range(10)])
    connector = MongoConnector(Egress("127.0.0.1"), batch_rows=4)
    source = connector.open(*connector.split({"url": url}))
    with source.read("deals", {}) as read:
        batches = list(read.batches())
        assert (read.snapshot, read.cursor()) == (True, {})
    assert [batch.data.num_rows for batch in batches] == [4, 4, 2]
    assert batches[0].state is not None
    assert set(batches[0].state) == {"collection", "uuid", "after", "rows"}
    with source.read("deals", batches[0].state) as read:
        assert [row["_id"] for batch in read.batches() for row in batch.data.to_pylist()] == [4, 5, 6, 7, 8, 9]
        assert (read.snapshot, read.cursor()) == (False, {})
