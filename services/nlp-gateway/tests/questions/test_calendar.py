"""Periods as people name them, seen from 23 November 2026, a Monday."""

from datetime import date

import pytest
from nlp_gateway.domain.questions.calendar import find_periods
from nlp_gateway.domain.questions.words import edits

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("said", "since", "until"),
    [
        ("last month", "2026-10-01", "2026-11-01"),
        ("this quarter", "2026-10-01", "2026-11-24"),
        ("last week", "2026-11-16", "2026-11-23"),
        ("last year", "2025-01-01", "2026-01-01"),
        ("q3 2026", "2026-07-01", "2026-10-01"),
        ("the third quarter of 2025", "2025-07-01", "2025-10-01"),
        ("q4", "2026-10-01", "2027-01-01"),
        ("h1 2026", "2026-01-01", "2026-07-01"),
        ("october", "2026-10-01", "2026-11-01"),
        ("december", "2025-12-01", "2026-01-01"),
        ("last november", "2025-11-01", "2025-12-01"),
        ("october, 2025", "2025-10-01", "2025-11-01"),
        ("oct 5", "2026-10-05", "2026-10-06"),
        ("5th of october 2025", "2025-10-05", "2025-10-06"),
        ("2026-02-28", "2026-02-28", "2026-03-01"),
        ("in 2025", "2025-01-01", "2026-01-01"),
        ("last 30 days", "2026-10-24", "2026-11-23"),
        ("past three months", "2026-08-01", "2026-11-01"),
        ("next 30 days", "2026-11-23", "2026-12-23"),
        ("mtd", "2026-11-01", "2026-11-24"),
        ("year to date", "2026-01-01", "2026-11-24"),
        ("yesterday", "2026-11-22", "2026-11-23"),
        ("in may", "2026-05-01", "2026-06-01"),
    ],
)
def test_period_when_named_then_its_days_are_found(said: str, since: str, until: str) -> None:
    (found,) = find_periods(f"bookings {said} please", TODAY)
    assert (found.period.since.isoformat(), found.period.until.isoformat()) == (since, until)


@pytest.mark.parametrize("said", ["may i ask", "march on", "31 days", "2026-02-31", "last 0 days", "the 1500 deals"])
def test_period_when_there_is_none_then_none_is_made_up(said: str) -> None:
    assert find_periods(said, TODAY) == []


@pytest.mark.parametrize(("left", "right", "distance"), [("spned", "spend", 1), ("abc", "abc", 0), ("a", "", 1)])
def test_edits_when_letters_are_swapped_then_it_is_one(left: str, right: str, distance: int) -> None:
    assert edits(left, right) == distance
