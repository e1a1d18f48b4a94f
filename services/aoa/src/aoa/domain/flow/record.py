"""One flow event."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class FlowRecord:
    """What happened to what; `trace_id` is empty where nothing was traced."""

    event_id: str
    time: datetime
    layer: str
    stage: str
    status: str
    entity_id: str
    duration_ms: float | None
    metadata: tuple[tuple[str, str], ...]
    trace_id: str
