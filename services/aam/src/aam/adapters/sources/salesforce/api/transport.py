"""HTTP for threads that connects to checked addresses alone."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from aos_common.egress import Egress

CONNECTIONS = 20
TIMEOUT = httpx.Timeout(120.0, connect=10.0)


class Unreadable(Exception):
    """An answer whose body is not what it should be."""


def body_of(response: httpx.Response, limit: int) -> bytes:
    """The body of an answer that is being received; raises `Unreadable` beyond the limit."""
    body = bytearray()
    for part in response.iter_bytes():
        body += part
        if len(body) > limit:
            raise Unreadable("the answer is longer than any of Salesforce's")
    return bytes(body)


def received(response: httpx.Response, limit: int = 1 << 20) -> httpx.Response:
    """The same answer with its body, for refusals and small answers; raises `Unreadable` beyond the limit."""
    headers = {name: response.headers[name] for name in ("Retry-After",) if name in response.headers}
    return httpx.Response(response.status_code, headers=headers, content=body_of(response, limit))


class SharedClient:
    """A client for several threads, open while somebody uses it; it follows no redirect and knows no proxy."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._users = 0

    @contextmanager
    def used(self) -> Iterator[httpx.Client]:
        """The client; closed at the end of the outermost of all blocks."""
        with self._lock:
            self._client = self._client or self._egress.blocking_client(TIMEOUT, connections=CONNECTIONS)
            self._users += 1
            client = self._client
        try:
            yield client
        finally:
            with self._lock:
                self._users -= 1
                if not self._users:
                    client.close()
                    self._client = None
