"""HTTP for threads that connects to checked addresses alone."""

from collections.abc import Iterable

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


def checked_client(egress: Egress) -> httpx.Client:
    """A client for several threads that follows no redirect and knows no proxy."""
    transport = httpx.HTTPTransport()
    transport._pool = httpcore.ConnectionPool(  # the one place where a resolver can be put in
        ssl_context=httpx.create_ssl_context(), max_connections=20, network_backend=_CheckedBackend(egress)
    )
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    return httpx.Client(transport=transport, trust_env=False, timeout=timeout, follow_redirects=False)
