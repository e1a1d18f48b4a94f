"""Publishes this process's flow events, best effort: what Valkey does not take at once is dropped and counted."""

import asyncio
from collections.abc import Sequence
from datetime import UTC
from typing import Any

import structlog
from autonomos.events.v1 import events_pb2
from redis.asyncio import Redis
from redis.exceptions import RedisError

from aos_common.flow import Buffer, FlowEvent, buffer
from aos_common.resilience import end_if_cancelled

__all__ = ["FLOW_LENGTH", "FLOW_TYPE", "FlowPublisher", "flow_stream"]

log = structlog.get_logger()

FLOW_TYPE = "flow.event"
FLOW_LENGTH = 10_000
"""Entries a stream keeps, about; older ones are nobody's duty."""
_AT_ONCE = 500
_IDLE_SECONDS = 0.1
_SECONDS = 2.0


def flow_stream(layer: str) -> str:
    """Return the stream of a layer."""
    return f"{layer}:flow"


class FlowPublisher:
    """Moves events from the buffer to the layers' streams."""

    def __init__(self, redis: "Redis", source: str, events: Buffer = buffer) -> None:
        self._redis, self._source, self._events = redis, source, events

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            end_if_cancelled()
            taken = self._events.take(_AT_ONCE)
            if not taken:
                await asyncio.sleep(_IDLE_SECONDS)
                continue
            try:
                async with asyncio.timeout(_SECONDS):
                    await self.publish(taken)
            except (RedisError, OSError, TimeoutError) as error:
                self._events.drop(len(taken))
                log.warning("flow.dropped", events=len(taken), error=type(error).__name__)
                await asyncio.sleep(1.0)

    async def publish(self, events: Sequence[FlowEvent]) -> None:
        """Publish events in one round trip."""
        pipeline = self._redis.pipeline(transaction=False)
        for event in events:
            fields = self._fields(event)
            pipeline.xadd(flow_stream(event.layer), fields, maxlen=FLOW_LENGTH, approximate=True)
        await pipeline.execute()

    def _fields(self, event: FlowEvent) -> dict[Any, Any]:
        message = events_pb2.FlowEvent(
            layer=event.layer,
            stage=event.stage,
            status=event.status,
            entity_id=event.entity_id,
            duration_ms=event.duration_ms,
            metadata=event.metadata,
        )
        return {
            "specversion": "1.0",
            "id": str(event.id),
            "type": FLOW_TYPE,
            "source": self._source,
            "tenantid": str(event.tenant_id),
            "time": event.time.astimezone(UTC).isoformat(),
            "traceparent": event.traceparent,
            "data": message.SerializeToString(),
        }
