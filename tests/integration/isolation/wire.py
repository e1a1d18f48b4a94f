"""Sends requests to the gateway or straight to a service, by REST, gRPC, SSE or WebSocket, twenty at once."""

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import grpc.aio
import httpx
from aos_access.doors import SERVICES, Live
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidHandshake, WebSocketException

from tests.integration.isolation.asking import Ask

AT_ONCE = 20
LISTEN_SECONDS = 0.4
"""How long a live answer is listened to."""
PATIENCE = 60
LATER = (b"RATE_LIMITED", b"OVERLOADED", b"QUERY_TOO_LONG", b"TIMEOUT")
BROKEN = 599
"""Stands for an answer that broke off."""
CODES = {
    "OK": 200,
    "UNAUTHENTICATED": 401,
    "PERMISSION_DENIED": 403,
    "NOT_FOUND": 404,
    "UNIMPLEMENTED": 404,
    "INVALID_ARGUMENT": 400,
    "FAILED_PRECONDITION": 409,
    "ALREADY_EXISTS": 409,
    "ABORTED": 409,
    "OUT_OF_RANGE": 400,
    "RESOURCE_EXHAUSTED": 429,
    "UNAVAILABLE": 503,
    "DEADLINE_EXCEEDED": 504,
}
"""gRPC's codes as the statuses they stand for; any other is a failure of ours."""


@dataclass(frozen=True)
class Answer:
    """What came back: a status as in HTTP, and every byte of headers, body or details."""

    status: int
    text: bytes

    @property
    def waits(self) -> bool:
        """Whether the platform asks to come again later, being limited or too busy; any other failure is an answer."""
        return self.status in (429, 503, 504) and any(reason in self.text for reason in LATER)


@dataclass
class Wire:
    """`direct` maps a service to its (REST, gRPC) ports. `sent` counts requests by kind, `waited` those sent again."""

    gateway: str
    direct: dict[str, tuple[int, int]]
    sent: Counter[str] = field(default_factory=Counter)
    waited: int = 0

    async def __aenter__(self) -> "Wire":
        limits = httpx.Limits(max_connections=AT_ONCE, max_keepalive_connections=AT_ONCE)
        self._http = httpx.AsyncClient(timeout=PATIENCE, limits=limits)
        self._channels: dict[str, grpc.aio.Channel] = {}
        self._slots = asyncio.Semaphore(AT_ONCE)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()
        for channel in self._channels.values():
            await channel.close()

    async def send(self, ask: Ask, place: str, token: str = "") -> Answer:
        """Send to `gateway` or `direct`, again after a moment while it asks for that."""
        headers = [*ask.headers, *([("authorization", f"Bearer {token}")] if token else [])]
        for _ in range(60):
            async with self._slots:
                answer = await self._once(ask, place, headers)
            if not answer.waits:
                break
            self.waited += 1
            await asyncio.sleep(1)
        self.sent[f"{place} {_kind(ask)}"] += 1
        return answer

    async def _once(self, ask: Ask, place: str, headers: list[tuple[str, str]]) -> Answer:
        rest, rpc = self.direct[ask.door.service]
        if ask.door.rpc:
            address = self.gateway.removeprefix("http://") if place == "gateway" else f"127.0.0.1:{rpc}"
            return await self._call(address, ask, headers)
        base = self.gateway if place == "gateway" else f"http://127.0.0.1:{rest}"
        if ask.door.live is Live.WEBSOCKET:
            return await _listen(base.replace("http", "ws", 1) + ask.path, headers)
        return await self._request(base, ask, headers)

    async def _request(self, base: str, ask: Ask, headers: list[tuple[str, str]]) -> Answer:
        body = {} if ask.json is None else {"json": ask.json}
        url = httpx.URL(base).copy_with(raw_path=ask.path.encode())
        request = self._http.build_request(ask.door.method, url, headers=headers, **body)
        try:
            answer = await self._http.send(request, stream=True)
            return Answer(answer.status_code, await _read(ask, answer))
        except httpx.TransportError as error:
            return Answer(BROKEN, repr(error).encode())

    async def _call(self, address: str, ask: Ask, headers: list[tuple[str, str]]) -> Answer:
        if address not in self._channels:
            self._channels[address] = grpc.aio.insecure_channel(address, [("grpc.enable_http_proxy", 0)])
        # On the wire one answer is a stream of one, so this reads any RPC.
        call = self._channels[address].unary_stream(ask.path)(ask.message, timeout=PATIENCE, metadata=headers)
        try:
            answer = b"".join([part async for part in call])
            said = [*(await call.initial_metadata() or ()), *(await call.trailing_metadata() or ())]
            return Answer(200, answer + repr(said).encode())
        except grpc.aio.AioRpcError as error:
            said = [*(error.initial_metadata() or ()), *(error.trailing_metadata() or ())]
            text = f"{error.details()} {said}".encode()
            return Answer(CODES.get(error.code().name, 500), text + error.code().name.encode())


def _kind(ask: Ask) -> str:
    return "gRPC" if ask.door.rpc else str(ask.door.live) or "REST"


async def _read(ask: Ask, answer: httpx.Response) -> bytes:
    """Return headers and body; of a live answer what comes at first."""
    parts = [repr(answer.headers.raw).encode()]
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LISTEN_SECONDS if _stays_open(ask, answer) else PATIENCE):
                async for part in answer.aiter_bytes():
                    parts.append(part)
    finally:
        await answer.aclose()
    return b"\n".join(parts)


def _stays_open(ask: Ask, answer: httpx.Response) -> bool:
    return ask.door.live is Live.SSE and answer.status_code == 200


async def _listen(url: str, headers: list[tuple[str, str]]) -> Answer:
    parts: list[bytes] = []
    try:
        async with connect(url, additional_headers=headers, proxy=None, open_timeout=PATIENCE) as socket:
            with contextlib.suppress(TimeoutError, WebSocketException):
                async with asyncio.timeout(LISTEN_SECONDS):
                    async for text in socket:
                        parts.append(text.encode() if isinstance(text, str) else text)
        return Answer(200, b"\n".join(parts))
    except InvalidHandshake as refused:
        response: Any = getattr(refused, "response", None)
        if response is None:
            return Answer(400, str(refused).encode())
        return Answer(response.status_code, repr(response.headers).encode() + (response.body or b""))


async def run_all(jobs: Sequence[Callable[[], Awaitable[None]]]) -> float:
    """Run every job, a few at a time; return the seconds it took."""
    began, waiting = time.monotonic(), iter(jobs)

    async def work() -> None:
        for job in waiting:
            await job()

    await asyncio.gather(*(work() for _ in range(AT_ONCE)))
    return time.monotonic() - began


def wire_to(stack: Any) -> Wire:
    """Return a wire to the running platform."""
    return Wire(stack.url, {name: (stack.port(name), stack.port(name, "grpc")) for name in SERVICES})
