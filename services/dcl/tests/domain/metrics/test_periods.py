"""Periods of days."""

from datetime import date

import pytest
from dcl.domain.errors import QueryInvalid
from dcl.domain.metrics.periods import Period, bucket_end, last_year, previous, read_period, shifted


@pytest.mark.parametrize(
    ("period", "before"),
    [
        (("2026-10-01", "2026-11-01"), ("2026-09-01", "2026-10-01")),
        (("2026-01-01", "2026-04-01"), ("2025-10-01", "2026-01-01")),
        (("2026-01-01", "2027-01-01"), ("2025-01-01", "2026-01-01")),
        (("2026-10-05", "2026-10-12"), ("2026-09-28", "2026-10-05")),
        (("2024-03-01", "2024-03-15"), ("2024-02-16", "2024-03-01")),
    ],
)
def test_previous_when_months_are_whole_then_months_are_before_else_as_many_days(
    period: tuple[str, str], before: tuple[str, str]
) -> None:
    read = read_period(*period)
    assert read is not None
    assert previous(read) == read_period(*before)


def test_last_year_when_the_day_was_none_then_the_months_last_day() -> None:
    found = last_year(Period(date(2024, 2, 29), date(2024, 3, 1)))
    assert found == Period(date(2023, 2, 28), date(2023, 3, 1))


@pytest.mark.parametrize(
    ("grain", "after"),
    [("day", "2026-10-02"), ("week", "2026-10-08"), ("month", "2026-11-01"), ("quarter", "2027-01-01")],
)
def test_bucket_end_when_a_grain_is_given_then_the_next_bucket_begins_there(grain: str, after: str) -> None:
    assert bucket_end(date(2026, 10, 1), grain) == date.fromisoformat(after)


@pytest.mark.parametrize(("since", "until"), [("2026-10-01", ""), ("x", "y"), ("2026-10-02", "2026-10-02")])
def test_read_period_when_it_is_none_then_it_is_refused(since: str, until: str) -> None:
    with pytest.raises(QueryInvalid):
        read_period(since, until)


def test_shifted_when_beyond_the_calendar_then_it_is_refused() -> None:
    with pytest.raises(QueryInvalid):
        shifted(date(2, 1, 1), -24)
