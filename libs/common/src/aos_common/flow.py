"""Flow telemetry: what happens to records on their way, told to whoever looks; telling cannot fail or slow the work.

`tell` puts an event into this process's buffer and returns. Whoever publishes takes them out (see `flow_publisher`);
what does not fit, or cannot be published, is dropped and counted. A module's function like a logger's: work that tells
should not have to be handed a teller.
"""

import threading
from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from uuid import UUID

from opentelemetry import propagate

from aos_common.ids import new_id
from aos_common.redaction import scrub

__all__ = ["LAYERS", "Buffer", "FlowEvent", "Stage", "Status", "buffer", "tell"]

LAYERS = ("aam", "dcl", "agent")
MOST = 5_000
MOST_WORDS, MOST_LENGTH = 12, 200


class Stage(StrEnum):
    """What can happen, layer by layer."""

    CONNECTION_START = "connection_start"
    CONNECTION_SUCCESS = "connection_success"
    CONNECTION_FAILURE = "connection_failure"
    SCHEMA_DRIFT_DETECTED = "schema_drift_detected"
    EVENT_INGESTED = "event_ingested"
    MAPPING_PROPOSED = "mapping_proposed"
    CONFIDENCE_CALCULATED = "confidence_calculated"
    APPROVAL_REQUIRED = "approval_required"
    MATERIALIZED = "materialized"
    TASK_DISPATCHED = "task_dispatched"
    TASK_EXECUTING = "task_executing"
    TASK_COMPLETED = "task_completed"
    TASK_FAILED = "task_failed"


class Status(StrEnum):
    """How it went."""

    SUCCESS = "success"
    FAILURE = "failure"
    IN_PROGRESS = "in_progress"
    DEGRADED = "degraded"
    PENDING = "pending"


@dataclass(frozen=True)
class FlowEvent:
    """One event; `metadata` has at most 12 words of 200 characters, and never values of records."""

    tenant_id: UUID
    layer: str
    stage: Stage
    status: Status
    entity_id: str
    duration_ms: float | None
    metadata: dict[str, str]
    traceparent: str
    id: UUID = field(default_factory=new_id)
    time: datetime = field(default_factory=lambda: datetime.now(UTC))


class Buffer:
    """At most 5,000 events of this process that are not published yet; the oldest make room. Thread-safe."""

    def __init__(self, most: int = MOST) -> None:
        self._events: deque[FlowEvent] = deque()
        self._most = most
        self._lock = threading.Lock()
        self.dropped = 0

    def add(self, event: FlowEvent) -> None:
        """Add an event."""
        with self._lock:
            if len(self._events) >= self._most:
                self._events.popleft()
                self.dropped += 1
            self._events.append(event)

    def take(self, most: int) -> list[FlowEvent]:
        """Take the oldest events out, at most so many."""
        with self._lock:
            return [self._events.popleft() for _ in range(min(most, len(self._events)))]

    def drop(self, count: int) -> None:
        """Count events that were taken out and could not be published."""
        with self._lock:
            self.dropped += count


buffer = Buffer()
"""Of this process."""


def tell(
    layer: str,
    tenant_id: UUID,
    stage: Stage,
    status: Status,
    entity_id: str,
    *,
    seconds: float | None = None,
    **metadata: object,
) -> None:
    """Tell that something happened; returns in microseconds and raises nothing.

    `entity_id` says to what ("connection:…", "view:account"), `seconds` how long it took.
    """
    try:
        carrier: dict[str, str] = {}
        propagate.inject(carrier)
        words = {name: scrub(str(value))[:MOST_LENGTH] for name, value in list(metadata.items())[:MOST_WORDS]}
        took = None if seconds is None else round(seconds * 1000, 3)
        traceparent = carrier.get("traceparent", "")
        buffer.add(FlowEvent(tenant_id, layer, stage, status, entity_id, took, words, traceparent))
    except Exception:  # whatever it is: the work that tells must not fail for it
        buffer.drop(1)
