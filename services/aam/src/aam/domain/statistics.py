"""What the history of a stream says: how fresh it is, how far behind, and whether its silence can be chance."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise

IMPROBABLE = 1e-4
"""Silence that is less probable raises the alarm."""
MIN_INTERVALS, MIN_FILLED = 10, 5
"""How many readings, and how many of them with rows, make a rate worth believing."""
MICROSECONDS = (1 << 52) - 1
"""Where a source version holds the cursor's time; see `adapters/projection/compiler.py`."""


@dataclass(frozen=True)
class PastReading:
    """One settled reading of a stream: `whole`, or what had changed. Readings that found a file unchanged are neither
    whole nor have rows."""

    ended_at: datetime
    rows: int
    whole: bool = False
    failed: bool = False


@dataclass(frozen=True)
class StreamHealth:
    """What is kept of a stream's history: its last success, failures since, and why its silence is suspicious."""

    last_success_at: datetime | None = None
    failures: int = 0
    alarm: str = ""


@dataclass(frozen=True)
class RunStats:
    """How long a reading took and what it landed."""

    bytes: int = 0
    whole: bool = True
    started_at: datetime | None = None
    ended_at: datetime | None = None

    @property
    def seconds(self) -> float | None:
        """From the first attempt's beginning to the end; None while it runs."""
        if self.started_at is None or self.ended_at is None:
            return None
        return (self.ended_at - self.started_at).total_seconds()

    def rate(self, rows: int) -> float | None:
        """Rows a second; None while it runs, and for one that took no time."""
        return rows / self.seconds if self.seconds else None


def health_of(history: Sequence[PastReading]) -> StreamHealth:
    """What settled readings, oldest first, say."""
    good = [one for one in history if not one.failed]
    failures = next((count for count, one in enumerate(reversed(history)) if not one.failed), len(history))
    return StreamHealth(good[-1].ended_at if good else None, failures, _emptied(good) or _silent(good))


def newest_time(version: int) -> datetime | None:
    """The time of the newest record of a stream with a cursor column, from its source version."""
    moment = version & MICROSECONDS
    return datetime.fromtimestamp(0, UTC) + timedelta(microseconds=moment) if moment else None


def _emptied(good: Sequence[PastReading]) -> str:
    """The last whole reading gave nothing, nothing came since, and one before had rows."""
    last = next((index for index in reversed(range(len(good))) if good[index].whole), None)
    if last is None or any(one.rows for one in good[last:]):
        return ""
    before = next((one for one in reversed(good[:last]) if one.rows), None)
    if before is None:
        return ""
    return (
        f"It was read whole on {good[last].ended_at:%Y-%m-%d %H:%M} UTC and had no row; "
        f"on {before.ended_at:%Y-%m-%d %H:%M} it had {before.rows}."
    )


def _silent(good: Sequence[PastReading]) -> str:
    """Changes that came at a steady rate come no more.

    Rows are taken as a Poisson process, for which silence of length t at rate r has the probability exp(-r t) (Ross,
    "Introduction to Probability Models", ch. 5). Rows come in bulks, so the rate is divided by the dispersion, which is
    Pearson's statistic over its degrees of freedom, and 1 at least (McCullagh and Nelder, "Generalized Linear Models",
    2nd ed., 4.5 and 6.2). So a stream that gets a thousand rows once a week is not suspicious on the next day.
    """
    changes = good[max((index for index, one in enumerate(good) if one.whole), default=0) :]
    last = max((index for index, one in enumerate(changes) if index and one.rows), default=0)
    known = [
        (after.rows, (after.ended_at - before.ended_at).total_seconds() / 3600)
        for before, after in pairwise(changes[: last + 1])
    ]
    hours = sum(length for _, length in known)
    if len(known) < MIN_INTERVALS or sum(rows > 0 for rows, _ in known) < MIN_FILLED or hours <= 0:
        return ""
    rate = sum(rows for rows, _ in known) / hours
    strays = sum((rows - rate * length) ** 2 / (rate * length) for rows, length in known if length > 0)
    dispersion = max(1.0, strays / (len(known) - 1))
    silence = (changes[-1].ended_at - changes[last].ended_at).total_seconds() / 3600
    probability = math.exp(-rate * silence / dispersion)
    if probability >= IMPROBABLE:
        return ""
    return (
        f"No row came for {silence:.1f} hours, where {rate:.1f} an hour came before; by chance that happens with a "
        f"probability of {probability:.0e}."
    )
