"""What its owner decides about a connection's runs: pauses, schedules, limits, and what one run reads."""

import re
import shlex
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal

from aam.domain.errors import ConnectionPaused, InvalidBackfill, InvalidLimits, InvalidSchedule

LONGEST_MINUTES = 366 * 24 * 60
MOST_STREAMS = 8
MOST_ROWS = 10_000_000
MAX_CRON = 200
MAX_BOUND = 40
NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,20})?", re.ASCII)


@dataclass(frozen=True)
class Schedule:
    """When a connection is due: every so many minutes, or by a cron text in a time zone; never when neither is set."""

    every_minutes: int = 0
    cron: str = ""
    timezone: str = "UTC"

    def __bool__(self) -> bool:
        return bool(self.every_minutes or self.cron)

    def __post_init__(self) -> None:
        if self.every_minutes and self.cron:
            raise InvalidSchedule(
                "A schedule has an interval or a cron text, not both.", hint="Leave every_minutes or cron out."
            )
        if not 0 <= self.every_minutes <= LONGEST_MINUTES:
            raise InvalidSchedule(
                f"{self.every_minutes} minutes is no interval.", hint=f"Choose 1 to {LONGEST_MINUTES} minutes."
            )
        if len(self.cron) > MAX_CRON or len(self.timezone) > MAX_CRON:
            raise InvalidSchedule("The cron text is too long.", hint=f"Use at most {MAX_CRON} characters.")


@dataclass(frozen=True)
class Limits:
    """What one connection's run may take; 0 means no limit but the worker's own."""

    streams_at_once: int = 0
    rows_per_second: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.streams_at_once <= MOST_STREAMS:
            raise InvalidLimits(
                f"{self.streams_at_once} streams at once is not possible.",
                hint=f"Choose 1 to {MOST_STREAMS}, or 0 for as many as a worker reads.",
            )
        if not 0 <= self.rows_per_second <= MOST_ROWS:
            raise InvalidLimits(
                f"{self.rows_per_second} rows a second is not possible.",
                hint=f"Choose 1 to {MOST_ROWS}, or 0 for as fast as it goes.",
            )


@dataclass(frozen=True)
class Steering:
    """How a connection is steered. `last_at` is the last due time, `last_note` why no run began then."""

    paused_by: str = ""
    paused_at: datetime | None = None
    limits: Limits = field(default_factory=Limits)
    schedule: Schedule = field(default_factory=Schedule)
    next_at: datetime | None = None
    last_at: datetime | None = None
    last_note: str = ""


Bound = datetime | Decimal


@dataclass(frozen=True)
class Span:
    """What a backfill reads again: `since` <= value < `until`; two aware moments, or two numbers."""

    since: Bound
    until: Bound


@dataclass(frozen=True)
class RunPlan:
    """What one run reads of its streams: what is new, with `full_refresh` all, or what lies in a range.

    With `replay` it reads what has landed of them, under the mapping in force, and leaves the source alone.
    """

    full_refresh: bool = False
    backfill_from: str = ""
    backfill_until: str = ""
    replay: bool = False

    def __post_init__(self) -> None:
        asked = (self.full_refresh, bool(self.backfill_from or self.backfill_until), self.replay)
        if sum(asked) > 1:
            raise InvalidBackfill(
                "A run is a full refresh, a backfill or a replay.", hint="Choose one of full_refresh, backfill, replay."
            )
        self.span()

    def span(self) -> Span | None:
        """The range of a backfill; None when the run is none. Raises `InvalidBackfill`."""
        if not (self.backfill_from or self.backfill_until):
            return None
        since, until = _bound(self.backfill_from), _bound(self.backfill_until)
        if isinstance(since, datetime) and isinstance(until, datetime) and since < until:
            return Span(since, until)
        if isinstance(since, Decimal) and isinstance(until, Decimal) and since < until:
            return Span(since, until)
        raise InvalidBackfill(
            f"{self.backfill_from} to {self.backfill_until} is no range.",
            hint="Give two timestamps or two numbers, the earlier or smaller first.",
        )


def _bound(text: str) -> Bound:
    if NUMBER.fullmatch(text):
        return Decimal(text)
    try:
        moment = datetime.fromisoformat(text[:MAX_BOUND])
    except ValueError:
        moment = None
    if moment is not None and moment.tzinfo is not None:
        return moment.astimezone(UTC)
    raise InvalidBackfill(
        f"{text[:MAX_BOUND]!r} is neither a number nor a timestamp with its time zone.",
        hint="Write timestamps in ISO 8601, e.g. 2026-03-01T00:00:00Z.",
    )


def paused(name: str, by: str, at: datetime | None) -> ConnectionPaused:
    """What to say of a connection that is paused."""
    since = f" since {at:%Y-%m-%d %H:%M:%S} UTC" if at else ""
    return ConnectionPaused(
        f"{name} is paused{since} by {by}.",
        hint=f"Resume it first: aos connections resume {shlex.quote(name)}",
        paused_by=by,
    )


def sentences(name: str, steering: Steering) -> list[str]:
    """How a connection is steered, for people."""
    told, schedule, limits = [], steering.schedule, steering.limits
    if steering.paused_at:
        told.append(str(paused(name, steering.paused_by, steering.paused_at)))
    if schedule and steering.next_at:
        when = f"every {schedule.every_minutes} minutes" if schedule.every_minutes else _cron(schedule)
        told.append(f"It runs {when}, next at {_minute(steering.next_at)}.")
        if steering.last_at:
            told[-1] += f" It was last due at {_minute(steering.last_at)}. {steering.last_note}".rstrip()
    if limits.streams_at_once:
        told.append(f"Its runs read at most {limits.streams_at_once} streams at the same time.")
    if limits.rows_per_second:
        told.append(f"Its runs read at most {limits.rows_per_second} rows a second.")
    return told


def _cron(schedule: Schedule) -> str:
    return f"at {schedule.cron} ({schedule.timezone})"


def _minute(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
