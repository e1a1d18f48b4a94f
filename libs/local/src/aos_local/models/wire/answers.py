"""What the wire formats share: reading a request, showing a fault, streaming server-sent events."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from aos_local.models.recording import Fault, Recorder

__all__ = ["Events", "Refuse", "Refused", "answered", "events"]

Refuse = Callable[[int, str], dict[str, Any]]
"""HTTP status and message → the vendor's error body."""
Events = Iterator[str]


WHOLE_EVENTS = 4
"""The event of a stream that a fault spoils."""


class Refused(Exception):
    """The request is not one of this format."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


async def answered(
    recorder: Recorder,
    request: Request,
    vendor: str,
    key: str,
    refuse: Refuse,
    say: Callable[[Any, bool], Awaitable[Response] | Response],
    *,
    unauthorized: int = 401,
) -> Response:
    """Record the request and answer it by `say(body, invent)`, or with the fault that is planned."""
    body = await request.body()
    fault = recorder.take(vendor, request.url.path, body, key)
    spoiled = await _spoiled(recorder, fault, refuse, unauthorized)
    if spoiled is not None:
        return spoiled
    try:
        read = json.loads(body)
        if not isinstance(read, dict):
            raise Refused(400, "The body is no JSON object.")
        answer = say(read, fault is Fault.INVENT)
        response = answer if isinstance(answer, Response) else await answer
    except (ValueError, KeyError, TypeError) as error:
        return JSONResponse(refuse(400, f"The request does not read: {error}"), 400)
    except Refused as error:
        return JSONResponse(refuse(error.status, error.message), error.status)
    return _cut(response, fault)


async def _spoiled(recorder: Recorder, fault: Fault | None, refuse: Refuse, unauthorized: int) -> Response | None:
    if fault is Fault.UNAUTHORIZED:
        return JSONResponse(refuse(unauthorized, "API key not valid."), unauthorized)
    if fault is Fault.LIMITED:
        return JSONResponse(refuse(429, "Rate limit reached."), 429, {"retry-after": recorder.retry_after})
    if fault is Fault.BROKEN:
        return JSONResponse(refuse(500, "The server had an error."), 500)
    if fault is Fault.STALL:
        await asyncio.sleep(recorder.stall_seconds)
    return None


def _cut(response: Response, fault: Fault | None) -> Response:
    """End a stream in its middle, or put what is no JSON into it."""
    if fault not in (Fault.CUT, Fault.MALFORMED):
        return response
    if not isinstance(response, StreamingResponse):
        half = bytes(response.body)[: len(response.body) // 2]
        return Response(half, media_type="application/json")
    source, end = response.body_iterator, fault is Fault.CUT

    async def spoiled() -> AsyncIterator[str]:
        sent = 0
        async for part in source:
            sent += 1
            if sent == WHOLE_EVENTS and end:
                return
            name = str(part).partition("data: ")[0]
            yield f'{name}data: {{"this is": no JSON\n\n' if sent == WHOLE_EVENTS else str(part)

    return StreamingResponse(spoiled(), media_type="text/event-stream")


def events(parts: Iterable[tuple[str, Any]]) -> StreamingResponse:
    """Stream events; one without a name has data alone, and a text is sent as it is."""

    async def lines() -> AsyncIterator[str]:
        for name, data in parts:
            text = data if isinstance(data, str) else json.dumps(data, separators=(",", ":"))
            yield f"event: {name}\ndata: {text}\n\n" if name else f"data: {text}\n\n"
            await asyncio.sleep(0)

    return StreamingResponse(lines(), media_type="text/event-stream", headers={"cache-control": "no-cache"})
