"""What histories say, at times that the tests choose."""

from datetime import UTC, datetime, timedelta

import pytest
from aam.domain.statistics import PastReading, RunStats, health_of, newest_time

START = datetime(2026, 3, 2, tzinfo=UTC)


def hourly(*rows: int, whole: bool = False, start: datetime = START) -> list[PastReading]:
    return [PastReading(start + timedelta(hours=hour), count, whole) for hour, count in enumerate(rows)]


def test_changes_when_they_come_steadily_and_stop_then_the_alarm_is_raised_and_ends_with_the_next_row() -> None:
    steady = [5, 6, 4, 5, 5, 6, 4, 5, 5, 5, 6, 4]
    assert health_of(hourly(*steady, 0)).alarm == ""
    silent = health_of(hourly(*steady, 0, 0))
    assert silent.alarm.startswith("No row came for 2.0 hours, where 5.0 an hour came before")
    assert health_of(hourly(*steady, 0, 0, 1)).alarm == ""


def test_probability_when_rows_are_poisson_then_is_the_formulas_own() -> None:
    # 12 readings, 11 intervals of an hour with 2 rows each: r = 2, exp(-2 t) < 1e-4 from t = 4.61 hours on.
    rows = [2] * 12
    assert health_of(hourly(*rows, *[0] * 4)).alarm == ""
    assert "probability of 5e-05" in health_of(hourly(*rows, *[0] * 5)).alarm


@pytest.mark.parametrize(
    "rows",
    [
        [5] * 9 + [0] * 20,  # too few readings
        [0] * 20 + [9] * 4 + [0] * 20,  # too few with rows
        ([1000] + [0] * 23) * 6,  # a bulk a day: a day of silence is nothing
        [],
        [0] * 30,
    ],
)
def test_silence_when_history_does_not_make_it_improbable_then_there_is_no_alarm(rows: list[int]) -> None:
    assert health_of(hourly(*rows)).alarm == ""


def test_whole_reading_when_it_gives_no_row_where_one_before_did_then_there_is_an_alarm_until_rows_come() -> None:
    assert health_of(hourly(0, 0, whole=True)).alarm == ""
    emptied = hourly(7, 0, whole=True)
    said = health_of(emptied).alarm
    assert said == "It was read whole on 2026-03-02 01:00 UTC and had no row; on 2026-03-02 00:00 it had 7."
    unchanged = [*emptied, PastReading(START + timedelta(hours=3), 0)]
    assert health_of(unchanged).alarm == said
    assert health_of([*unchanged, PastReading(START + timedelta(hours=4), 1)]).alarm == ""
    assert health_of(hourly(7, 0, 3, whole=True)).alarm == ""


def test_failures_when_they_follow_each_other_then_are_counted_until_a_success() -> None:
    failed = [PastReading(START + timedelta(hours=hour), 0, failed=True) for hour in (1, 2)]
    health = health_of([*hourly(3), *failed])
    assert (health.failures, health.last_success_at) == (2, START)
    assert health_of(failed).last_success_at is None
    assert health_of([*failed, *hourly(1, start=START + timedelta(hours=5))]).failures == 0
    assert health_of([]).failures == 0


def test_figures_when_shown_then_have_the_time_of_the_version_and_the_rate_of_the_reading() -> None:
    moment = datetime(2026, 3, 2, 12, 30, 15, 250_000, tzinfo=UTC)
    micros = (moment - datetime.fromtimestamp(0, UTC)) // timedelta(microseconds=1)
    assert newest_time((3 << 52) + micros) == moment
    assert newest_time(3 << 52) is None
    took = RunStats(100, True, START, START + timedelta(seconds=4))
    assert (took.seconds, took.rate(10)) == (4.0, 2.5)
    assert RunStats(started_at=START).rate(10) is None
