"""Hostile addresses and servers: nothing private is asked, nothing endless is taken, nothing secret is passed on."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aam.adapters.sources.files import FilesConnector
from aam.domain.errors import InvalidSettings, SourceError
from aam.ports import Source
from aos_common.egress import Egress
from aos_common.folders import AllowedFolders

Bounded = Callable[[str, str], AbstractContextManager[None]]
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]><ListBucketResult>&b;</ListBucketResult>'


def source(path: str, allow: str = "", **settings: Any) -> Source:
    connector = FilesConnector(AllowedFolders(()), Egress(allow))
    return connector.open(*connector.split({"path": path, **settings}))


class Server(BaseHTTPRequestHandler):
    """Does by path what a hostile server would; remembers what it was asked."""

    asked: list[tuple[str, str]] = []  # noqa: RUF012  emptied by the fixture

    def do_HEAD(self) -> None:
        self.send_response(405)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_GET(self) -> None:
        self.asked.append((self.path, self.headers.get("Authorization", "")))
        kind = self.path.strip("/").partition(".")[0].partition("?")[0]
        away = {"metadata": "http://169.254.169.254/x.csv", "file": "file:///etc/passwd", "loop": "/loop.csv"}
        away["other"] = f"http://localhost:{self.headers['Host'].rpartition(':')[2]}/good.csv"
        try:
            if kind in away:
                self._answer(302, {"Location": away[kind], "Content-Length": "0"})
            elif kind == "endless":
                self._answer(200, {})
                while True:
                    self.wfile.write(bytes(1 << 20))
            elif kind == "slow":
                self._answer(200, {"Content-Length": "100000"})
                while True:
                    self.wfile.write(b"1")
                    time.sleep(0.05)
            elif kind == "crawling":
                while True:
                    self.wfile.write(b"H")
                    time.sleep(0.05)
            elif kind == "short":
                self._answer(200, {"Content-Length": "1000"})
                self.wfile.write(b"id\n1\n")
            elif kind == "large":
                self._answer(200, {"Content-Length": str(1 << 50)})
            else:
                body = b"id\n1\n" if kind == "good" else ENTITIES
                self._answer(200, {"Content-Length": str(len(body))})
                self.wfile.write(body)
        except OSError:
            pass  # the reader has had enough

    def _answer(self, status: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def server() -> Iterator[str]:
    Server.asked.clear()
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    serving.daemon_threads = True
    threading.Thread(target=serving.serve_forever, args=(0.05,)).start()
    yield f"http://127.0.0.1:{serving.server_address[1]}"
    serving.shutdown()
    serving.server_close()


@pytest.mark.parametrize(
    "host",
    ["169.254.169.254", "[fd00:ec2::254]", "127.0.0.1", "localhost", "2130706433", "[::ffff:10.0.0.1]", "rebind.test"],
)
@pytest.mark.parametrize("kind", ["url", "bucket"])
def test_address_when_private_then_nothing_is_asked(
    monkeypatch: pytest.MonkeyPatch, bounded: Bounded, kind: str, host: str
) -> None:
    real = socket.getaddrinfo
    private = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("10.1.2.3", 80))]
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda name, *a, **k: private if "rebind" in name else real(name, *a, **k)
    )
    asked = (
        source(f"http://{host}/a.csv")
        if kind == "url"
        else source("s3://bucket/x", endpoint=f"http://{host}", access_key="k", secret_key="s")
    )
    with bounded(f"{kind} of {host}", "ADDRESS_NOT_ALLOWED"), pytest.raises(SourceError) as caught:
        asked.check()
    assert caught.value.reason == "ADDRESS_NOT_ALLOWED"


@pytest.mark.parametrize(
    ("kind", "reason", "settings"),
    [
        ("metadata", "ADDRESS_NOT_ALLOWED", {}),
        ("file", "REDIRECT_NOT_ALLOWED", {}),
        ("loop", "TOO_MANY_REDIRECTS", {}),
        ("endless", "FILE_TOO_LARGE", {"max_file_mb": 5}),
        ("large", "FILE_TOO_LARGE", {}),
        ("slow", "FETCH_TOO_SLOW", {"fetch_seconds": 1}),
        ("crawling", "FETCH_TOO_SLOW", {"fetch_seconds": 1}),
        ("short", "SOURCE_UNREACHABLE", {}),
    ],
)
def test_server_when_it_is_hostile_then_the_reading_ends(
    server: str, bounded: Bounded, kind: str, reason: str, settings: dict[str, Any]
) -> None:
    asked = source(f"{server}/{kind}.csv", "127.0.0.1", **settings)
    with (
        bounded(f"a server: {kind}", reason),
        pytest.raises(SourceError) as caught,
        asked.read(f"{kind}.csv", {}) as read,
    ):
        list(read.batches())
    assert caught.value.reason == reason
    assert caught.value.hint


def test_token_when_redirected_to_another_host_then_stays_behind(server: str) -> None:
    with source(f"{server}/other.csv", "127.0.0.1,localhost", bearer_token="geheim").read("other.csv", {}) as read:
        assert [row for batch in read.batches() for row in batch.data.to_pylist()] == [{"id": "1"}]
    assert {token for path, token in Server.asked if path == "/other.csv"} == {"Bearer geheim"}
    assert {token for path, token in Server.asked if path == "/good.csv"} == {""}


def test_listing_when_it_declares_entities_then_is_refused(server: str, bounded: Bounded) -> None:
    with bounded("entities in a bucket's list", "NOT_S3"), pytest.raises(SourceError) as caught:
        source("s3://bucket/x", "127.0.0.1", endpoint=server).check()
    assert caught.value.reason == "NOT_S3"


@pytest.mark.parametrize(
    "path", ["https://me:pw@host/a.csv", "https://host/a.csv?sig=x", "ftp://host/a.csv", "https:///a.csv", "s3:///x"]
)
def test_settings_when_the_address_is_none_to_read_or_store_then_are_refused(path: str) -> None:
    with pytest.raises(InvalidSettings) as caught:
        source(path)
    assert path not in str(caught.value)


@pytest.mark.parametrize("settings", [{"access_key": "k"}, {"streams": {"a": "*" * 9}}, {"endpoint": "http://h/p"}])
def test_settings_when_they_do_not_fit_then_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(InvalidSettings):
        source("s3://bucket/x", **settings)
