"""Figures of a connection's streams."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from aam.domain.connection import Connection
from aam.ports import Clock, Connections, Statistics, StreamFigures


@dataclass(frozen=True)
class ConnectionFigures:
    """A connection's streams, what to look at, and how old the last success may be (None: nobody said)."""

    connection: Connection
    streams: list[StreamFigures]
    fresh_within: timedelta | None
    now: datetime

    def lag(self, one: StreamFigures) -> timedelta | None:
        """From the newest record, or from the last success where no cursor tells its time, to now."""
        since = one.newest_at or one.health.last_success_at
        return max(self.now - since, timedelta()) if since else None

    def is_fresh(self, one: StreamFigures) -> bool | None:
        """Whether the last success is recent enough; None when nobody said what is."""
        if self.fresh_within is None:
            return None
        return self.now - (one.health.last_success_at or self.connection.created_at) <= self.fresh_within


async def measure_connection(
    tenant_id: UUID, connection_id: UUID, *, connections: Connections, statistics: Statistics, clock: Clock
) -> ConnectionFigures:
    """Read only; every figure comes from stored rows."""
    connection = await connections.get(tenant_id, connection_id)
    figures = await statistics.figures(tenant_id, connection_id)
    return ConnectionFigures(connection, figures, _fresh_within(connection), clock())


def _fresh_within(connection: Connection) -> timedelta | None:
    steering = connection.steering
    if connection.fresh_within_minutes is not None:
        return timedelta(minutes=connection.fresh_within_minutes)
    if steering.schedule.every_minutes:
        return 2 * timedelta(minutes=steering.schedule.every_minutes)
    if steering.schedule.cron and steering.next_at and steering.last_at:
        return 2 * (steering.next_at - steering.last_at)
    return None
