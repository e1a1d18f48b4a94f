"""What REST takes and gives of steering; fields are those of the protobuf messages."""

from datetime import datetime

from pydantic import BaseModel, Field

from aam.domain.steering import LONGEST_MINUTES, MAX_CRON, MOST_ROWS, MOST_STREAMS, Steering


class ScheduleBody(BaseModel):
    """Asks for a schedule; without interval and cron text, for none."""

    every_minutes: int = Field(0, ge=0, le=LONGEST_MINUTES, description="Minutes from one due time to the next.")
    cron: str = Field("", max_length=MAX_CRON, description="Five fields, as cron has them.", examples=["0 3 * * 1-5"])
    timezone: str = Field("UTC", max_length=MAX_CRON, description="Of the cron text, by its IANA name.")


class LimitsBody(BaseModel):
    """Asks for limits."""

    streams_at_once: int = Field(0, ge=0, le=MOST_STREAMS, description="0 means as many as a worker reads.")
    rows_per_second: int = Field(0, ge=0, le=MOST_ROWS, description="Of all streams together; 0 means no limit.")


class SteeringOut(BaseModel):
    """How a connection is steered."""

    paused_by: str
    pause_time: datetime | None
    streams_at_once: int
    rows_per_second: int
    every_minutes: int
    cron: str
    timezone: str
    next_time: datetime | None
    last_time: datetime | None
    last_note: str

    @classmethod
    def of(cls, steering: Steering) -> "SteeringOut":
        """Show a connection's steering."""
        return cls(
            paused_by=steering.paused_by,
            pause_time=steering.paused_at,
            streams_at_once=steering.limits.streams_at_once,
            rows_per_second=steering.limits.rows_per_second,
            every_minutes=steering.schedule.every_minutes,
            cron=steering.schedule.cron,
            timezone=steering.schedule.timezone,
            next_time=steering.next_at,
            last_time=steering.last_at,
            last_note=steering.last_note,
        )
