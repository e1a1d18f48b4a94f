"""What the REST routes of statistics take and give; fields are those of the protobuf messages."""

from datetime import datetime

from pydantic import BaseModel, Field

from aam.entrypoints.rest_models import StreamRunOut
from aam.entrypoints.statistics.api import MAX_MINUTES
from aam.ports import StreamFigures
from aam.usecases.statistics.measure_connection import ConnectionFigures


class FreshnessBody(BaseModel):
    """Says how old the last success may be."""

    within_minutes: int | None = Field(
        None, ge=1, le=MAX_MINUTES, description="Empty: twice the schedule's interval, or nothing without a schedule."
    )


class StreamFiguresOut(BaseModel):
    """A stream over time; `lag_seconds` is from its newest record, or else its last success, to now."""

    stream: str
    last: StreamRunOut | None
    last_success_time: datetime | None
    newest_time: datetime | None
    lag_seconds: float | None
    fresh: bool | None
    failures: int
    alarm: str

    @classmethod
    def of(cls, found: ConnectionFigures, one: StreamFigures) -> "StreamFiguresOut":
        """Show one."""
        lag = found.lag(one)
        return cls(
            stream=one.stream,
            last=StreamRunOut.of(one.last) if one.last else None,
            last_success_time=one.health.last_success_at,
            newest_time=one.newest_at,
            lag_seconds=lag.total_seconds() if lag is not None else None,
            fresh=found.is_fresh(one),
            failures=one.health.failures,
            alarm=one.health.alarm,
        )


class StatisticsOut(BaseModel):
    """Figures of a connection's streams, by name."""

    connection_id: str
    fresh_within_minutes: float | None
    streams: list[StreamFiguresOut]

    @classmethod
    def of(cls, found: ConnectionFigures) -> "StatisticsOut":
        """Show all."""
        within = found.fresh_within
        return cls(
            connection_id=str(found.connection.id),
            fresh_within_minutes=within.total_seconds() / 60 if within else None,
            streams=[StreamFiguresOut.of(found, one) for one in found.streams],
        )
