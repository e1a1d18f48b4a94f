"""The audit log over REST, below /api/v1/admin: pages, verification, export, and a live tail by SSE or WebSocket."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Annotated

from aos_common.auth import Caller
from aos_common.errors import DomainError, InvalidRequest, Overloaded
from aos_common.http import CurrentCaller, WebSocketCaller, remaining_seconds
from aos_common.live import send_texts
from fastapi import APIRouter, Header, Query, WebSocket
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field
from sse_starlette import EventSourceResponse, ServerSentEvent

from identity.domain.audit import Filter, Linked
from identity.entrypoints.api.administration import AuditApi

PING_SECONDS = 15
MAX_VIEWERS = 200
"""Live tails a process serves at once; each looks into the database once a second."""


class EntryOut(BaseModel):
    """One entry; `hash` covers it and the entry before (see GLOSSARY.md, audit chain)."""

    tenant_id: str
    seq: int
    call_id: str
    occurred_at_us: int = Field(description="Microseconds since the epoch.")
    actor: str
    roles: list[str]
    session_id: str
    service: str
    action: str
    target: str
    outcome: str
    reason: str
    address: str
    trace_id: str
    hash: str

    @classmethod
    def of(cls, linked: Linked) -> "EntryOut":
        """Read an entry."""
        fields = {name: getattr(linked.entry, name) for name in cls.model_fields if name != "hash"}
        fields |= {"tenant_id": str(linked.entry.tenant_id), "call_id": str(linked.entry.call_id)}
        return cls(**{**fields, "roles": list(linked.entry.roles)}, hash=linked.hash.hex())


class EntryPage(BaseModel):
    """A page of entries, newest first."""

    entries: list[EntryOut]
    next_page_token: str


class VerifiedOut(BaseModel):
    """What following the whole chain found."""

    whole: bool
    entries: int = Field(description="Entries that were whole, from the first on.")
    broken_at: int | None = Field(description="Number of the entry at which the chain breaks.")
    problem: str
    head: str = Field(description="Hash of the last entry; keep it, and compare later with the entry of that number.")


class _Viewers:
    """Counts live tails."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> None:
        if self.count >= MAX_VIEWERS:
            raise Overloaded("Too many live tails are open.", hint="Try again later, or read pages.")
        self.count += 1

    def __exit__(self, *_: object) -> None:
        self.count -= 1


def router(api: AuditApi) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["audit"])
    viewers = _Viewers()

    @routes.get("/audit")
    async def list_entries(
        caller: CurrentCaller,
        actor: str = "",
        action: Annotated[str, Query(description="Part of an action's name.")] = "",
        outcome: Annotated[str, Query(description="changed or denied; empty for both.")] = "",
        page_size: int = 0,
        page_token: str = "",
    ) -> EntryPage:
        """List who changed what, and who was refused what."""
        found, token = await api.list(caller, Filter(actor, action, outcome), page_size, page_token)
        return EntryPage(entries=[EntryOut.of(linked) for linked in found], next_page_token=token)

    @routes.get("/audit/verification")
    async def verify(caller: CurrentCaller) -> VerifiedOut:
        """Follow the whole chain from its first entry to its sealed end."""
        broken, count, head = await api.verify(caller)
        return VerifiedOut(
            whole=broken is None,
            entries=count,
            broken_at=broken.seq if broken else None,
            problem=broken.problem if broken else "",
            head=head.hash.hex() if head else "",
        )

    @routes.get("/audit/export", response_class=StreamingResponse)
    async def export(caller: CurrentCaller) -> StreamingResponse:
        """Return every entry as JSON lines, oldest first."""
        lines = await _begun(_lines(api.export(caller)))
        return StreamingResponse(lines, media_type="application/x-ndjson")

    @routes.get("/audit/live", response_class=EventSourceResponse)
    async def live(
        caller: CurrentCaller, last_event_id: Annotated[str, Header(max_length=19)] = ""
    ) -> EventSourceResponse:
        """Send entries as they come; `Last-Event-ID` continues after an entry's number."""
        entries = api.follow(caller, _after(last_event_id))
        return EventSourceResponse(_events(entries, caller, viewers), ping=PING_SECONDS)

    @routes.websocket("/audit/socket")
    async def socket(websocket: WebSocket, caller: WebSocketCaller, after: str = "") -> None:
        """Send entries as they come, one JSON text each."""
        entries = api.follow(caller, _after(after))
        with viewers:
            await websocket.accept(subprotocol=websocket.state.subprotocol)
            await send_texts(websocket, _texts(entries), remaining_seconds(caller))

    return routes


def _after(text: str) -> int | None:
    if text and not (text.isascii() and text.isdigit() and int(text) < 2**63):
        raise InvalidRequest("A position is the number of an entry.", hint="Use the `seq` of an entry, or none.")
    return int(text) if text else None


def _text(linked: Linked) -> str:
    return EntryOut.of(linked).model_dump_json()


async def _lines(entries: AsyncIterator[Linked]) -> AsyncIterator[str]:
    async for linked in entries:
        yield _text(linked) + "\n"


async def _begun(lines: AsyncIterator[str]) -> AsyncIterator[str]:
    """Wait for the first line before the answer starts: what fails until then is told as a problem."""
    first = await anext(lines, "")

    async def every() -> AsyncIterator[str]:
        yield first
        async for line in lines:
            yield line

    return every()


async def _events(entries: AsyncIterator[Linked], caller: Caller, viewers: _Viewers) -> AsyncIterator[ServerSentEvent]:
    try:
        with viewers:
            async with asyncio.timeout(remaining_seconds(caller)):
                async for linked in entries:
                    yield ServerSentEvent(_text(linked), event="entry", id=str(linked.entry.seq))
    except TimeoutError:
        yield ServerSentEvent(json.dumps({"reason": "TOKEN_EXPIRED"}), event="end")
    except DomainError as error:
        # The answer has begun; a client that comes again continues after the last entry it got.
        yield ServerSentEvent(json.dumps({"reason": error.reason}), event="end")


async def _texts(entries: AsyncIterator[Linked]) -> AsyncIterator[str]:
    async for linked in entries:
        yield _text(linked)
