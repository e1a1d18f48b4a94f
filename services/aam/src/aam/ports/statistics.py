"""What is kept about readings over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable
from uuid import UUID

from aam.domain.run import StreamRun
from aam.domain.statistics import PastReading, StreamHealth
from aam.ports.sources import Source


@dataclass(frozen=True)
class StreamFigures:
    """A stream's last reading and its health; `newest_at` is the time of its newest record where a cursor tells it."""

    stream: str
    last: StreamRun | None
    health: StreamHealth
    newest_at: datetime | None


class Statistics(Protocol):
    """The history of a tenant's streams; every call is one transaction."""

    async def history(self, tenant_id: UUID, connection_id: UUID) -> dict[str, list[PastReading]]:
        """The last settled readings of each stream, oldest first, backfills left out."""

    async def keep(self, tenant_id: UUID, connection_id: UUID, found: dict[str, StreamHealth]) -> None:
        """Store what the histories say."""

    async def figures(self, tenant_id: UUID, connection_id: UUID) -> list[StreamFigures]:
        """By stream name."""

    async def warnings(self, tenant_id: UUID, connections: Sequence[UUID], now: datetime) -> dict[UUID, list[str]]:
        """What the owner should look at: silence, repeated failures, and streams that are not as fresh as wanted."""

    async def set_freshness(self, tenant_id: UUID, connection_id: UUID, minutes: int | None) -> None:
        """How old the last success may be; None: twice the schedule's interval. Raises `ConnectionNotFound`."""


@runtime_checkable
class ReportingSource(Source, Protocol):
    """A source that holds something for us and can tell how much."""

    def report(self) -> list[str]:
        """Sentences for the owner. Raises `SourceError`."""
