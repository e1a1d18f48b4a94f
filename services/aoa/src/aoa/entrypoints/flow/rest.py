"""The flow monitor over REST, SSE and WebSocket, below /api/v1."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from functools import lru_cache
from typing import Annotated

from aos_common.auth import Caller
from aos_common.errors import DomainError
from aos_common.http import CurrentCaller, WebSocketCaller, remaining_seconds
from aos_common.live import send_texts
from fastapi import APIRouter, Header, Query, WebSocket
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from aoa.domain.flow import FlowRecord, Signal, Told
from aoa.entrypoints.flow.api import FlowApi, Glance

PING_SECONDS = 15
MISSED = "Some events are no longer kept."


class FlowEventOut(BaseModel):
    """One flow event."""

    event_id: str
    time: str
    layer: str
    stage: str
    status: str
    entity_id: str
    duration_ms: float | None
    metadata: dict[str, str]
    trace_id: str = Field(description="32 hex digits; empty where nothing was traced.")

    @classmethod
    def of(cls, record: FlowRecord) -> "FlowEventOut":
        """Read a record."""
        fields = vars(record) | {"time": record.time.isoformat(), "metadata": dict(record.metadata)}
        return cls(**fields)


class GlanceOut(BaseModel):
    """The newest events and what happened how often."""

    events: list[FlowEventOut]
    counts: dict[str, dict[str, int]] = Field(description="layer → status → how many of all that are kept.")
    position: str = Field(description="`Last-Event-ID` that continues from here.")
    stale_seconds: float = Field(description="How long ago the streams were read last; grows when Valkey is away.")

    @classmethod
    def of(cls, glance: Glance) -> "GlanceOut":
        """Read a glance."""
        events = [FlowEventOut.of(record) for record in glance.events]
        return cls(
            events=events,
            counts=glance.counts,
            position=str(glance.position),
            stale_seconds=round(glance.stale_seconds, 3),
        )


def router(api: FlowApi) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["flow"])

    @routes.get("/flow-monitor")
    async def glance(
        caller: CurrentCaller,
        limit: Annotated[int, Query(description="At most so many events; 0 means 100, the maximum is 1,000.")] = 0,
        layer: Annotated[str, Query(description="aam, dcl or agent; empty for all.")] = "",
        status: str = "",
    ) -> GlanceOut:
        """Return the newest flow events, newest first."""
        return GlanceOut.of(api.glance(caller, limit, layer, status))

    @routes.get("/events/stream", response_class=EventSourceResponse)
    async def stream(
        caller: CurrentCaller, last_event_id: Annotated[str, Header(max_length=120)] = ""
    ) -> EventSourceResponse:
        """Send flow events as they come; `Last-Event-ID` continues after an event, `reset` says some are gone."""
        return EventSourceResponse(_events(api.follow(caller, last_event_id), caller), ping=PING_SECONDS)

    @routes.websocket("/ws/flow-monitor")
    async def socket(websocket: WebSocket, caller: WebSocketCaller, after: str = "") -> None:
        """Send flow events as they come, one JSON text each; `after` continues after an event's `position`."""
        heard = api.follow(caller, after)
        await websocket.accept(subprotocol=websocket.state.subprotocol)
        await send_texts(websocket, _texts(heard), remaining_seconds(caller))

    return routes


async def _events(
    heard: AsyncIterator[Sequence[Told | Signal]], caller: Caller
) -> AsyncIterator[bytes | ServerSentEvent]:
    try:
        async with asyncio.timeout(remaining_seconds(caller)):
            async for several in heard:
                yield b"".join(map(_event, several))
    except TimeoutError:
        yield ServerSentEvent(json.dumps({"reason": "TOKEN_EXPIRED"}), event="end")
    except DomainError as error:
        yield ServerSentEvent(json.dumps({"reason": error.reason}), event="end")


@lru_cache(maxsize=2048)
def _event(one: Told | Signal) -> bytes:
    """An event on the wire, made once for all who watch."""
    if isinstance(one, Told):
        return ServerSentEvent(_data(one.record), event="flow", id=str(one.position)).encode()
    if one is Signal.MISSED:
        return ServerSentEvent(json.dumps({"detail": MISSED}), event="reset").encode()
    return ServerSentEvent("{}", event="quiet").encode()


async def _texts(heard: AsyncIterator[Sequence[Told | Signal]]) -> AsyncIterator[str]:
    async for several in heard:
        for one in several:
            yield _text(one)


@lru_cache(maxsize=2048)
def _text(one: Told | Signal) -> str:
    if isinstance(one, Told):
        return f'{{"type":"flow","position":"{one.position}","event":{_data(one.record)}}}'
    return json.dumps({"type": "reset", "detail": MISSED} if one is Signal.MISSED else {"type": "quiet"})


def _data(record: FlowRecord) -> str:
    return FlowEventOut.of(record).model_dump_json()
