"""HTTP to providers: to checked addresses alone, one repeat, answers of bounded size.

The vendors' libraries speak through httpx2, so this is one client for all of them; their own repeats are off.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpcore2
import httpx2
from aos_common.egress import Egress

__all__ = ["AnswerTooLarge", "client_for"]

CONNECT_SECONDS = 5.0
SILENCE_SECONDS = 20.0
MOST_BYTES = 4 * 1024 * 1024
AGAIN = frozenset({429, 500, 502, 503, 504, 529})
LONGEST_WAIT = 3.0
"""Seconds: a provider that wants a longer pause is not asked again; the offline answer is there at once."""
USUAL_WAIT = 0.5


class AnswerTooLarge(Exception):
    """The provider sent more than any answer is long."""


def client_for(egress: Egress) -> httpx2.AsyncClient:
    """Return a client that connects to checked addresses alone; it follows no redirect and knows no proxy."""
    timeout = httpx2.Timeout(SILENCE_SECONDS, connect=CONNECT_SECONDS)
    return httpx2.AsyncClient(transport=_Careful(egress), timeout=timeout, trust_env=False, follow_redirects=False)


class _Careful(httpx2.AsyncHTTPTransport):
    def __init__(self, egress: Egress) -> None:
        super().__init__(trust_env=False)
        self._pool = httpcore2.AsyncConnectionPool(  # the one place where a resolver can be put in
            ssl_context=httpx2.create_ssl_context(), max_connections=8, network_backend=_Checked(egress)
        )

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send; once more after a failure that passes, and after the pause that the provider asks for."""
        response = await super().handle_async_request(request)
        wait = _pause(response)
        if wait is not None:
            await response.aclose()
            await asyncio.sleep(wait)
            response = await super().handle_async_request(request)
        return httpx2.Response(
            response.status_code, headers=response.headers, stream=_Bounded(response), extensions=response.extensions
        )


def _pause(response: httpx2.Response) -> float | None:
    """Seconds before the repeat; None where there is to be none."""
    if response.status_code not in AGAIN:
        return None
    try:
        wait = float(response.headers.get("retry-after", USUAL_WAIT))
    except ValueError:
        wait = USUAL_WAIT
    return max(0.0, wait) if wait <= LONGEST_WAIT else None


class _Bounded(httpx2.AsyncByteStream):
    def __init__(self, response: httpx2.Response) -> None:
        self._response = response

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        stream: Any = self._response.stream
        async for part in stream:
            received += len(part)
            if received > MOST_BYTES:
                raise AnswerTooLarge
            yield part

    async def aclose(self) -> None:
        await self._response.aclose()


class _Checked(httpcore2.AsyncNetworkBackend):
    """Opens TCP connections to checked addresses; TLS goes on checking the certificate against the host's name."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._plain = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        address = (await self._egress.addresses(host, port))[0]
        return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
