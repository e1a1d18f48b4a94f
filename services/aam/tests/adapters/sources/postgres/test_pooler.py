"""A pooler between us and the server is noticed by what it says of the session, whatever its host and port."""

import socket
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest
from aam.adapters.sources.postgres import PostgresConnector
from aam.domain.errors import SourceError
from aos_common.egress import Egress


def forward(taken: socket.socket, given: socket.socket, altered: bool) -> None:
    """Copy bytes; with `altered`, the session's process number is not the server's, as poolers have it."""
    try:
        while data := taken.recv(65536):
            place = data.find(b"K\x00\x00\x00") if altered else -1
            if place >= 0:
                data = data[: place + 5] + b"\x00\x01\x02\x03" + data[place + 9 :]
                altered = False
            given.sendall(data)
    except OSError:
        pass  # one side is gone, and so is the other
    finally:
        given.close()


@pytest.fixture
def pooler(shop: str) -> Iterator[str]:
    """A way to the database that answers as a pooler does."""
    place = urlsplit(shop)
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    client, _ = server.accept()
                except OSError:
                    return
                behind = socket.create_connection((place.hostname or "", place.port or 0))
                threading.Thread(target=forward, args=(client, behind, False), daemon=True).start()
                threading.Thread(target=forward, args=(behind, client, True), daemon=True).start()

        threading.Thread(target=serve, daemon=True).start()
        yield shop.replace(f":{place.port}/", f":{server.getsockname()[1]}/") + "?sslmode=disable"
        server.shutdown(socket.SHUT_RDWR)


def test_read_when_a_pooler_is_between_then_required_says_so_and_auto_reads_without_replication(
    shop: str, pooler: str
) -> None:
    with psycopg.connect(shop, autocommit=True) as connection:
        connection.execute("CREATE TABLE t (id int PRIMARY KEY)")
        connection.execute("INSERT INTO t VALUES (1)")
    connector = PostgresConnector(Egress("127.0.0.1"))
    required = connector.open(*connector.split({"url": pooler, "replication": "required"}))
    with pytest.raises(SourceError) as caught:
        required.check()
    assert caught.value.reason == "REPLICATION_UNAVAILABLE"
    assert "pooler" in str(caught.value)
    assert caught.value.hint
    auto = connector.open(*connector.split({"url": pooler, "replication": "auto"}))
    auto.check()
    with auto.read("public.t", {}) as read:
        assert [row for batch in read.batches() for row in batch.data.to_pylist()] == [{"id": 1}]
        assert read.cursor() == {}
