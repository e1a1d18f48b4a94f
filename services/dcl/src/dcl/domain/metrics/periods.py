"""Periods of days, and which one comes before another."""

from dataclasses import dataclass
from datetime import date, timedelta

from dcl.domain.errors import QueryInvalid

GRAIN_MONTHS = {"month": 1, "quarter": 3, "year": 12}
GRAIN_DAYS = {"day": 1, "week": 7}


@dataclass(frozen=True)
class Period:
    """Days from `since` up to, not including, `until`; UTC."""

    since: date
    until: date

    def __post_init__(self) -> None:
        if self.since >= self.until:
            raise QueryInvalid(
                f"The period {self.since} to {self.until} holds no day.", hint="`until` is not part of it."
            )


def read_period(since: str, until: str) -> Period | None:
    """Read two days as ISO 8601; None when both are empty. Raises `QueryInvalid`."""
    if not since and not until:
        return None
    try:
        return Period(date.fromisoformat(since), date.fromisoformat(until))
    except ValueError:
        raise QueryInvalid(
            "A period has two days, as in 2026-10-01.", hint="`until` is the day after the last."
        ) from None


def shifted(day: date, months: int) -> date:
    """Return the same day of another month, or that month's last day."""
    number = day.year * 12 + day.month - 1 + months
    if not 12 <= number < 12 * 9999:
        raise QueryInvalid(f"{day} cannot be moved by {months} months.")
    first = date(number // 12, number % 12 + 1, 1)
    after = date((number + 1) // 12, (number + 1) % 12 + 1, 1)
    return min(first + timedelta(days=day.day - 1), after - timedelta(days=1))


def previous(period: Period) -> Period:
    """Return the period of the same length before: whole months before whole months, else as many days."""
    since, until = period.since, period.until
    if since.day == 1 and until.day == 1:
        months = (until.year - since.year) * 12 + until.month - since.month
        return Period(shifted(since, -months), since)
    if since.toordinal() * 2 <= until.toordinal():
        raise QueryInvalid("Before this period there is none as long.")
    return Period(since - (until - since), since)


def last_year(period: Period) -> Period:
    """Return the same days a year before."""
    return Period(shifted(period.since, -12), shifted(period.until, -12))


def bucket_end(start: date, grain: str) -> date:
    """Return the first day after the time bucket that begins at `start`."""
    if grain in GRAIN_MONTHS:
        return shifted(start, GRAIN_MONTHS[grain])
    return start + timedelta(days=GRAIN_DAYS[grain])
