"""HTTP for threads that connects to checked addresses alone."""

import ssl
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache

import httpcore
import httpx
from aos_common.egress import Egress

CONNECT_SECONDS, READ_SECONDS = 10.0, 120.0


class _CheckedBackend(httpcore.NetworkBackend):
    """Resolves and checks a host before every connection; TLS goes on checking the certificate against its name."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        address = self._egress.addresses_now(host, port)[0]
        return self._plain.connect_tcp(address, port, timeout, local_address, socket_options)


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


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the public certificates takes 35 ms, so it is done once."""
    return httpx.create_ssl_context()


class SharedClient:
    """A client for several threads, open while somebody uses it; it follows no redirect and knows no proxy."""

    def __init__(self, egress: Egress) -> None:
        self._backend = _CheckedBackend(egress)
        self._lock = threading.Lock()
        self._client: httpx.Client | None = None
        self._users = 0

    @contextmanager
    def used(self) -> Iterator[httpx.Client]:
        """The client; closed at the end of the outermost of all blocks."""
        with self._lock:
            self._client = self._client or self._opened()
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

    def _opened(self) -> httpx.Client:
        transport = httpx.HTTPTransport(verify=_trusted())
        transport._pool.close()
        transport._pool = httpcore.ConnectionPool(  # the one place where a resolver can be put in
            ssl_context=_trusted(), max_connections=20, network_backend=self._backend
        )
        timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
        return httpx.Client(transport=transport, trust_env=False, timeout=timeout, follow_redirects=False)
