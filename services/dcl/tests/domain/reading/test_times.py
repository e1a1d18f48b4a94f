import pytest
from dcl.domain.reading.times import read_times


@pytest.mark.parametrize(
    ("kind", "values", "form"),
    [
        ("date", ["2024-02-29"], ""),
        ("date", ["10/20/2016", "3/1/2017"], "%m/%d/%Y"),
        ("date", ["20/10/2016", "3/1/2017"], "%d/%m/%Y"),
        ("date", ["31.12.2024"], "%d.%m.%Y"),
        ("date", ["20-Oct-2016"], "%d-%b-%Y"),
        ("date", ["20241231"], "%Y%m%d"),
        ("timestamp", ["2024-10-01 00:00:00"], ""),
        ("timestamp", ["2024-01-03T10:00:00.000Z"], ""),
        ("timestamp", ["10/20/2016 14:05"], "%m/%d/%Y %H:%M"),
        ("timestamp", ["Fri Mar 25 22:48:16 2022"], "%a %b %d %H:%M:%S %Y"),
    ],
)
def test_format_when_all_samples_agree_then_is_found(kind: str, values: list[str], form: str) -> None:
    reading = read_times(kind, values)
    assert (reading.transform.format, reading.fit, reading.certain) == (form, 1.0, True)
    assert reading.transform.timezone == ("UTC" if kind == "timestamp" else "")


def test_day_and_month_when_every_sample_reads_both_ways_then_is_uncertain_and_says_so() -> None:
    reading = read_times("date", ["03/04/2024", "05/06/2024"])
    assert not reading.certain
    assert "day and month" in reading.notes[0]


def test_day_and_month_when_one_late_sample_tells_then_it_decides() -> None:
    reading = read_times("date", ["03/04/2024"] * 300 + [f"0{month}/04/2024" for month in range(1, 9)] + ["25/12/2024"])
    assert (reading.transform.format, reading.certain) == ("%d/%m/%Y", True)


def test_date_when_a_value_has_a_time_of_day_then_does_not_fit() -> None:
    reading = read_times("date", ["2024-01-01", "2024-01-02 10:30:00"])
    assert reading.fit == 0.5
    assert "time of day" in reading.notes[0]


def test_text_when_it_is_no_date_then_fit_is_zero() -> None:
    assert read_times("date", ["soon", "later"]).fit == 0.0
