"""Redis Streams consumers: groups, take-over from dead peers, an inbox, dead letters and their redrive; and tails.

An entry is acknowledged after its effect committed. Handlers are idempotent; the inbox makes the common case cheap. An
entry that fails `max_deliveries` times goes to the dead-letter table and stream, and can be redriven. Failures that
pass by themselves (a store that does not answer) are not counted, however many there are.
"""

import asyncio
import time
import zlib
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from opentelemetry import context as otel_context
from opentelemetry import propagate, trace
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from aos_common.db import Database, tenant_table
from aos_common.errors import DomainError, Kind
from aos_common.metrics import dead_letters
from aos_common.redaction import scrub
from aos_common.resilience import end_if_cancelled

__all__ = [
    "Consumer",
    "Event",
    "Tail",
    "canonical_stream",
    "dead_letters_table",
    "entries_of",
    "first_delivery",
    "inbox_table",
]

log = structlog.get_logger()
tracer = trace.get_tracer(__name__)

Raw = dict[bytes, bytes]
TAIL_BATCH = 500
MAX_REMEMBERED = 10_000
"""Entries whose failures a consumer remembers."""


def canonical_stream(tenant_id: UUID, partitions: int) -> str:
    """Return the stream that carries a tenant's canonical batches: `aam:canonical:<n>`, n by hash of the tenant."""
    return f"aam:canonical:{zlib.crc32(tenant_id.bytes) % partitions}"


def inbox_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the inbox: which events a consumer has handled."""
    return tenant_table(
        "inbox",
        metadata,
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("event_id", PG_UUID(as_uuid=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        primary_key=("consumer", "event_id"),
    )


def dead_letters_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the dead letters: entries nobody could handle, whole, with the last error."""
    return tenant_table(
        "dead_letters",
        metadata,
        sa.Column("consumer", sa.Text, nullable=False),
        sa.Column("event_id", PG_UUID(as_uuid=True), nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("error", sa.Text, nullable=False),
        sa.Column("deliveries", sa.Integer, nullable=False),
        sa.Column("died_at", sa.DateTime(timezone=True), nullable=False),
        primary_key=("consumer", "event_id"),
    )


_metadata = sa.MetaData()
_inbox = inbox_table(_metadata)
_dead = dead_letters_table(_metadata)


@dataclass(frozen=True)
class Event:
    """One delivered event: CloudEvents attributes and the protobuf payload."""

    id: UUID
    type: str
    source: str
    tenant_id: UUID
    time: datetime
    data: bytes
    traceparent: str = ""

    @classmethod
    def from_fields(cls, fields: Raw) -> "Event":
        """Read the envelope; raise ValueError or KeyError when it is not one."""
        return cls(
            id=UUID(fields[b"id"].decode()),
            type=fields[b"type"].decode(),
            source=fields[b"source"].decode(),
            tenant_id=UUID(fields[b"tenantid"].decode()),
            time=datetime.fromisoformat(fields[b"time"].decode()),
            data=fields[b"data"],
            traceparent=fields.get(b"traceparent", b"").decode(),
        )


async def first_delivery(connection: AsyncConnection, consumer: str, event: Event) -> bool:
    """Record the event in the inbox within the effect's transaction; False when it had been handled before."""
    result = await connection.execute(
        insert(_inbox)
        .values(tenant_id=event.tenant_id, consumer=consumer, event_id=event.id, handled_at=datetime.now(UTC))
        .on_conflict_do_nothing()
    )
    return bool(result.rowcount)


Buried = Callable[[AsyncConnection, Event, str], Awaitable[None]]


class Consumer:
    """Reads streams as one member of a group and hands each event to `handler`, one at a time a stream."""

    def __init__(
        self,
        redis: "Redis",
        database: Database,
        *,
        streams: Sequence[str],
        group: str,
        name: str,
        handler: Callable[[Event], Awaitable[None]],
        max_deliveries: int = 5,
        claim_after_seconds: float = 15.0,
        batch: int = 16,
        buried: Buried | None = None,
    ) -> None:
        """`buried` hears of each dead letter, in the transaction that keeps it."""
        self._redis = redis
        self._database = database
        self._streams = list(streams)
        self._group = group
        self._name = name
        self._handler = handler
        self._max_deliveries = max_deliveries
        self._claim_ms = int(claim_after_seconds * 1000)
        self._batch = batch
        self._buried = buried
        self._failures: OrderedDict[tuple[str, bytes], int] = OrderedDict()

    async def run(self) -> None:
        """Consume until cancelled; a lost connection is retried, nothing is skipped."""
        ready = False
        while True:
            end_if_cancelled()
            try:
                if not ready:
                    await self._create_groups()
                    ready = True
                await self._claim()
                await self._read()
            except ResponseError as error:
                # The server forgot the group (flushed or replaced): create it again and read from the start.
                ready = "NOGROUP" not in str(error)
                log.warning("stream.refused", group=self._group, error=str(error)[:200])
                await asyncio.sleep(0.2)
            except (DomainError, RedisError, OSError, sa.exc.DBAPIError) as error:
                # What was being handled stays pending, and is claimed again like a dead peer's.
                log.warning("stream.unavailable", group=self._group, error=type(error).__name__)
                await asyncio.sleep(0.5)

    async def _create_groups(self) -> None:
        for stream in self._streams:
            try:
                await self._redis.xgroup_create(stream, self._group, id="0", mkstream=True)
            except ResponseError as error:
                if "BUSYGROUP" not in str(error):
                    raise

    async def _read(self) -> None:
        """Handle one batch of new entries from each stream."""
        answer: Any = await self._redis.xreadgroup(
            self._group, self._name, dict.fromkeys(self._streams, ">"), count=self._batch, block=500
        )
        for stream, batch in _pairs(answer):
            for entry_id, fields in batch:
                await self._process(_text(stream), entry_id, fields)

    async def _claim(self) -> None:
        """Take over what a dead peer left unacknowledged, and what a failing handler left for a retry."""
        for stream in self._streams:
            answer: Any = await self._redis.xautoclaim(
                stream, self._group, self._name, min_idle_time=self._claim_ms, count=self._batch
            )
            for entry_id, fields in answer[1]:
                await self._process(stream, entry_id, fields)

    async def _process(self, stream: str, entry_id: bytes, fields: Raw) -> None:
        try:
            event = Event.from_fields(fields)
        except (KeyError, ValueError, TypeError):
            log.error("stream.not_an_event", stream=stream, entry=entry_id.decode())
            poison: dict[Any, Any] = {"entry": entry_id, **(fields or {})}  # a deleted entry comes without fields
            await self._redis.xadd(f"{self._group}:dead:{stream}", poison, maxlen=10_000)
            await self._redis.xack(stream, self._group, entry_id)
            return
        parent = propagate.extract({"traceparent": event.traceparent}, context=otel_context.Context())
        with tracer.start_as_current_span(f"consume {event.type}", context=parent):
            try:
                await self._handler(event)
            except asyncio.CancelledError:
                raise
            except Exception as error:  # the poison boundary: any failure is counted, kept and shown
                await self._failed(stream, entry_id, event, error)
                return
        await self._redis.xack(stream, self._group, entry_id)

    async def _failed(self, stream: str, entry_id: bytes, event: Event, error: Exception) -> None:
        detail = scrub(f"{type(error).__name__}: {error}")[:2000]
        transient = isinstance(error, (OSError, RedisError)) or (
            isinstance(error, DomainError) and error.kind in (Kind.UNAVAILABLE, Kind.TIMEOUT)
        )
        failures = self._failures.get((stream, entry_id), 0) + (not transient)
        self._remember((stream, entry_id), failures)
        log.warning("stream.handler_failed", type=event.type, failures=failures, error=detail, transient=transient)
        if failures < self._max_deliveries:
            return  # stays pending; `_claim` delivers it again
        await self._bury(stream, event, detail, failures)
        dead_letters.labels(self._group).inc()
        await self._redis.xack(stream, self._group, entry_id)
        del self._failures[stream, entry_id]

    def _remember(self, entry: tuple[str, bytes], failures: int) -> None:
        """Count failures in this process: Valkey counts deliveries, also those that met a store that was away."""
        self._failures[entry] = failures
        if len(self._failures) > MAX_REMEMBERED:
            self._failures.popitem(last=False)

    async def _bury(self, stream: str, event: Event, error: str, deliveries: int) -> None:
        async with self._database.tenant_tx(event.tenant_id) as connection:
            values = {
                "tenant_id": event.tenant_id,
                "consumer": self._group,
                "event_id": event.id,
                "stream": stream,
                "type": event.type,
                "payload": event.data,
                "error": error,
                "deliveries": deliveries,
                "died_at": datetime.now(UTC),
            }
            await connection.execute(insert(_dead).values(values).on_conflict_do_nothing())
            if self._buried is not None:
                await self._buried(connection, event, error)

    async def redrive(self, tenant_id: UUID, limit: int = 100) -> int:
        """Hand a tenant's dead letters to the handler again; return how many were handled."""
        async with self._database.tenant_tx(tenant_id) as connection:
            query = sa.select(_dead).where(_dead.c.consumer == self._group).order_by(_dead.c.event_id).limit(limit)
            rows = (await connection.execute(query)).all()
        for row in rows:
            await self._handler(Event(row.event_id, row.type, "redrive", tenant_id, row.died_at, row.payload))
            async with self._database.tenant_tx(tenant_id) as connection:
                await connection.execute(
                    sa.delete(_dead).where(_dead.c.consumer == self._group, _dead.c.event_id == row.event_id)
                )
        return len(rows)


class Tail:
    """Reads one stream from a point in time and hands every event to `handler`: each process sees all of them.

    Nothing is acknowledged and a failing handler skips its event: for news that each process applies to its memory.
    """

    def __init__(
        self, redis: "Redis", stream: str, handler: Callable[[Event], Awaitable[None]], *, seconds: float
    ) -> None:
        """Start `seconds` before now."""
        self._redis = redis
        self._stream = stream
        self._handler = handler
        # A time, not "$": what arrives between two reads would be missed.
        self._next = f"{int((time.time() - seconds) * 1000)}-0"

    async def run(self) -> None:
        """Read until cancelled; a lost connection is retried from where it stopped."""
        while True:
            end_if_cancelled()
            try:
                answer: Any = await self._redis.xread({self._stream: self._next}, count=TAIL_BATCH, block=500)
            except (RedisError, OSError) as error:
                log.warning("tail.unavailable", stream=self._stream, error=type(error).__name__)
                await asyncio.sleep(0.5)
                continue
            for _, entries in _pairs(answer):
                for entry_id, fields in entries:
                    self._next = _text(entry_id)
                    await self._handle(fields)

    async def _handle(self, fields: Raw) -> None:
        try:
            await self._handler(Event.from_fields(fields))
        except (ValueError, KeyError, DomainError) as error:
            log.warning("tail.skipped", stream=self._stream, error=type(error).__name__)


def entries_of(answer: Any) -> list[tuple[str, str, Raw]]:
    """Read XREAD's answer as (stream, entry id, fields), in its order."""
    return [(_text(stream), _text(entry), fields) for stream, batch in _pairs(answer) for entry, fields in batch]


def _pairs(answer: Any) -> list[tuple[Any, Any]]:
    """Read XREADGROUP's answer, a mapping in RESP3 and a list of pairs in RESP2."""
    if not answer:
        return []
    pairs = answer.items() if isinstance(answer, dict) else answer
    return [(stream, _flat(batch)) for stream, batch in pairs]


def _flat(batch: Any) -> Any:
    """Undo the extra list that RESP3 puts around a stream's entries."""
    return batch[0] if batch and isinstance(batch[0], list) else batch


def _text(value: bytes | str) -> str:
    return value.decode() if isinstance(value, bytes) else value
