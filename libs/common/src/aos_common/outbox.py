"""Transactional outbox: a fact and the event about it commit together; a relay publishes in pipelined batches.

Envelope: CloudEvents 1.0 attributes as stream fields, plus `tenantid` and `traceparent` (docs/decisions/0005).
"""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

import sqlalchemy as sa
import structlog
from opentelemetry import propagate
from redis.asyncio import Redis
from redis.exceptions import RedisError
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncConnection

from aos_common.db import PUBLISHED, Database, tenant_table
from aos_common.errors import DomainError
from aos_common.ids import new_id
from aos_common.notices import POLL_SECONDS
from aos_common.resilience import end_if_cancelled

__all__ = ["Relay", "outbox_table", "publish"]

log = structlog.get_logger()

BATCH = 500
CHECK_SECONDS = 2.0
"""Between looks at whether Valkey still has what was published."""
RETENTION_HOURS = 72
PRUNE_SECONDS = 3600.0
RECOVER_SECONDS = 600
"""Three days of events may have to be marked in one statement."""


class Payload(Protocol):
    """A protobuf message."""

    def SerializeToString(self) -> bytes: ...


def outbox_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the outbox: one row an event, kept for `RETENTION_HOURS` after it was published."""
    return tenant_table(
        "outbox",
        metadata,
        sa.Column("id", PG_UUID(as_uuid=True), nullable=False),
        sa.Column("stream", sa.Text, nullable=False),
        sa.Column("type", sa.Text, nullable=False),
        sa.Column("payload", sa.LargeBinary, nullable=False),
        sa.Column("traceparent", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Index("outbox_unpublished", "id", postgresql_where=sa.text("published_at IS NULL")),
        sa.Index("outbox_published", "published_at"),
    )


_outbox = outbox_table(sa.MetaData())


async def publish(
    connection: AsyncConnection,
    *,
    tenant_id: UUID,
    stream: str,
    type_: str,
    message: Payload,
    event_id: UUID | None = None,
) -> UUID:
    """Write an event to the outbox within the caller's transaction and return its id.

    With an `event_id` derived from the work, repeating the work publishes the same event once.
    """
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    event_id = event_id or new_id()
    statement = """
        INSERT INTO outbox (tenant_id, id, stream, type, payload, traceparent, created_at)
        VALUES (:tenant_id, :id, :stream, :type, :payload, :traceparent, :now) ON CONFLICT DO NOTHING"""
    await connection.execute(
        sa.text(statement),
        {
            "tenant_id": tenant_id,
            "id": event_id,
            "stream": stream,
            "type": type_,
            "payload": message.SerializeToString(),
            "traceparent": carrier.get("traceparent", ""),
            "now": datetime.now(UTC),
        },
    )
    connection.info[PUBLISHED] = True
    return event_id


async def _alone(connection: AsyncConnection) -> bool:
    """Take the service's relay lock until the transaction ends; False when another relay has it.

    One at a time, the marker's times are in the order in which Valkey got the entries: what the marker covers is there.
    """
    lock = sa.text("SELECT pg_try_advisory_xact_lock(hashtext(current_schema() || '.outbox'))")
    return bool((await connection.execute(lock)).scalar_one())


class Relay:
    """Moves committed outbox rows to their streams, in order of id, at least once; of a service's relays one at a time.

    A marker in Valkey, written with each batch, says when this service last published. Where it is missing or older
    than the outbox knows, Valkey has lost entries (flushed, restored, failed over): they are published again.
    """

    def __init__(self, database: Database, redis: "Redis", source: str) -> None:
        self._database = database
        self._redis = redis
        self._source = source
        self._marker = f"{source}:relay"
        self._news = database.notices.of_events()

    async def run(self) -> None:
        """Relay until cancelled."""
        checked = pruned = float("-inf")
        while True:
            end_if_cancelled()
            try:
                if time.monotonic() - pruned > PRUNE_SECONDS:
                    await self.prune()
                    pruned = time.monotonic()
                if time.monotonic() - checked > CHECK_SECONDS:
                    await self.recover()
                    checked = time.monotonic()
                moved = await self.relay_once()
            except (DomainError, RedisError, OSError, sa.exc.DBAPIError) as error:
                log.warning("outbox.relay_failed", error=type(error).__name__)
                moved, checked = 0, float("-inf")
            if moved is None:
                await asyncio.sleep(POLL_SECONDS)
            elif moved < BATCH:
                await self._news.wait()

    async def relay_once(self) -> int | None:
        """Publish one batch and mark it; return its size, None while another relay publishes."""
        async with self._database.platform_tx() as connection:
            if not await _alone(connection):
                return None
            rows = (
                await connection.execute(
                    sa.select(_outbox)
                    .where(_outbox.c.published_at.is_(None))
                    .order_by(_outbox.c.id)
                    .limit(BATCH)
                    .with_for_update()
                )
            ).all()
            if not rows:
                return 0
            now = (await connection.execute(sa.select(sa.func.clock_timestamp()))).scalar_one()
            pipeline = self._redis.pipeline(transaction=False)
            for row in rows:
                pipeline.xadd(row.stream, self._envelope(row))
            pipeline.set(self._marker, now.isoformat())
            await pipeline.execute()
            ids = sa.tuple_(_outbox.c.tenant_id, _outbox.c.id).in_([(row.tenant_id, row.id) for row in rows])
            await connection.execute(sa.update(_outbox).where(ids).values(published_at=now))
        return len(rows)

    async def recover(self) -> int:
        """Mark for publishing again what Valkey has lost; return how many rows."""
        async with self._database.platform_tx() as connection:
            if not await _alone(connection):
                return 0
            marked: Any = await self._redis.get(self._marker)
            newest = (await connection.execute(sa.select(sa.func.max(_outbox.c.published_at)))).scalar_one()
            since = datetime.fromisoformat(marked.decode()) if marked else datetime.min.replace(tzinfo=UTC)
            if newest is None or newest <= since:
                return 0
            lost = _outbox.c.published_at > since
            await connection.execute(sa.text(f"SET LOCAL statement_timeout = '{RECOVER_SECONDS}s'"))
            result = await connection.execute(sa.update(_outbox).where(lost).values(published_at=None))
        log.warning("outbox.republishing", rows=result.rowcount, since=since.isoformat())
        return int(result.rowcount)

    async def prune(self) -> int:
        """Delete rows published longer ago than the retention; return how many."""
        async with self._database.platform_tx() as connection:
            result = await connection.execute(
                sa.text(f"DELETE FROM outbox WHERE published_at < now() - interval '{RETENTION_HOURS} hours'")  # noqa: S608  a constant
            )
        return result.rowcount

    def _envelope(self, row: sa.Row[Any]) -> dict[Any, Any]:
        return {
            "specversion": "1.0",
            "id": str(row.id),
            "source": self._source,
            "type": row.type,
            "time": row.created_at.isoformat(),
            "datacontenttype": "application/protobuf",
            "tenantid": str(row.tenant_id),
            "traceparent": row.traceparent,
            "data": row.payload,
        }
