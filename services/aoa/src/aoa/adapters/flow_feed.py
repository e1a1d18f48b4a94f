"""Reads the flow streams once for this process and hands each tenant's events to its viewers."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from typing import Any
from uuid import UUID

import structlog
from aos_common.errors import Overloaded
from aos_common.flow_publisher import FLOW_TYPE, flow_stream
from aos_common.resilience import end_if_cancelled
from aos_common.streams import Event, entries_of
from autonomos.events.v1 import events_pb2
from redis.asyncio import Redis
from redis.exceptions import RedisError

from aoa.domain.flow import LAYERS, Entry, FlowRecord, Position, Signal, TenantLog, Told

log = structlog.get_logger()

HISTORY_SECONDS = 3600.0
MOST_TENANTS, MOST_VIEWERS, MOST_WAITING = 2_000, 5_000, 1_000
AT_ONCE, BLOCK_MS = 500, 500


class FlowFeed:
    """The `FlowFeed` port: one reader a process, a log a tenant, a bounded queue a viewer."""

    def __init__(self, redis: "Redis", *, most_waiting: int = MOST_WAITING) -> None:
        self._redis = redis
        self._most_waiting = most_waiting
        start = (int((time.time() - HISTORY_SECONDS) * 1000), 0)
        self._read = Position((start, start, start))
        self._forgotten = self._read
        self._logs: OrderedDict[UUID, TenantLog] = OrderedDict()
        self._viewers: dict[UUID, set[_Viewer]] = {}
        self._fresh = time.monotonic()

    async def run(self) -> None:
        """Read until cancelled; a lost connection is retried from where it stopped."""
        while True:
            end_if_cancelled()
            try:
                await self._read_once()
            except (RedisError, OSError) as error:
                log.warning("flow.unavailable", error=type(error).__name__)
                await asyncio.sleep(0.5)

    def stale_seconds(self) -> float:
        """How long ago the streams were read last."""
        return time.monotonic() - self._fresh

    def newest(self, tenant_id: UUID, most: int) -> tuple[Sequence[Told], Position]:
        """The newest events of a tenant, newest first, and the position after them."""
        kept = self._logs.get(tenant_id)
        return (kept.newest(most), kept.position) if kept else ((), self._read)

    async def follow(
        self, tenant_id: UUID, position: Position | None, patience: float
    ) -> AsyncIterator[Sequence[Told | Signal]]:
        """Yield what comes after a position (without one: from now on), without end; see the port."""
        if sum(map(len, self._viewers.values())) >= MOST_VIEWERS:
            raise Overloaded("Too many viewers are watching.", hint="Try again later.")
        viewer = _Viewer(self._most_waiting)
        missed = self._missed(tenant_id, position)
        self._viewers.setdefault(tenant_id, set()).add(viewer)
        try:
            if missed:
                yield missed
            while True:
                yield await viewer.next(patience)
        finally:
            self._viewers[tenant_id].discard(viewer)
            if not self._viewers[tenant_id]:
                del self._viewers[tenant_id]

    def _missed(self, tenant_id: UUID, position: Position | None) -> Sequence[Told | Signal]:
        if position is None:
            return []
        kept = self._logs.get(tenant_id)
        if kept is None:
            return [Signal.MISSED] if position.behind(self._forgotten) else []
        after = kept.after(position)
        return [Signal.MISSED] if after is None else after

    async def _read_once(self) -> None:
        streams: dict[Any, Any] = {
            flow_stream(layer): f"{moment}-{number}"
            for layer, (moment, number) in zip(LAYERS, self._read.entries, strict=True)
        }
        answer: Any = await self._redis.xread(streams, count=AT_ONCE, block=BLOCK_MS)
        self._fresh = time.monotonic()
        for stream, entry_id, fields in entries_of(answer):
            moment, _, number = entry_id.partition("-")
            entry, layer = (int(moment), int(number)), LAYERS.index(stream.removesuffix(":flow"))
            self._read = self._read.moved(layer, entry)
            self._take(layer, entry, fields)

    def _take(self, layer: int, entry: Entry, fields: dict[bytes, bytes]) -> None:
        try:
            event = Event.from_fields(fields)
            if event.type != FLOW_TYPE:
                return
            record = _record(event)
        except (KeyError, ValueError, TypeError) as error:
            log.warning("flow.skipped", error=type(error).__name__)
            return
        told = self._log_of(event.tenant_id).add(layer, entry, record)
        for viewer in self._viewers.get(event.tenant_id, ()):
            viewer.add(told)

    def _log_of(self, tenant_id: UUID) -> TenantLog:
        kept = self._logs.setdefault(tenant_id, TenantLog(self._forgotten))
        self._logs.move_to_end(tenant_id)
        if len(self._logs) > MOST_TENANTS:
            self._logs.popitem(last=False)
            self._forgotten = self._read
        return kept


class _Viewer:
    """What one viewer has not been sent yet; all of it goes at once, for most of the cost is in the sending."""

    def __init__(self, most: int) -> None:
        self._waiting: list[Told | Signal] = []
        self._most = most
        self._something = asyncio.Event()

    def add(self, told: Told) -> None:
        """Add an event; a viewer that cannot keep up starts over instead of holding the others."""
        if len(self._waiting) >= self._most:
            self._waiting = [Signal.MISSED]
        self._waiting.append(told)
        self._something.set()

    async def next(self, patience: float) -> Sequence[Told | Signal]:
        """What waits, as soon as something does; QUIET after `patience` seconds."""
        if not self._waiting:
            try:
                async with asyncio.timeout(patience):
                    await self._something.wait()
            except TimeoutError:
                return (Signal.QUIET,)
        taken, self._waiting = self._waiting, []
        self._something.clear()
        return taken


def _record(event: Event) -> FlowRecord:
    message = events_pb2.FlowEvent.FromString(event.data)
    return FlowRecord(
        event_id=str(event.id),
        time=event.time,
        layer=message.layer,
        stage=message.stage,
        status=message.status,
        entity_id=message.entity_id,
        duration_ms=message.duration_ms if message.HasField("duration_ms") else None,
        metadata=tuple(sorted(message.metadata.items())),
        trace_id=event.traceparent.split("-")[1] if event.traceparent.count("-") == 3 else "",
    )
