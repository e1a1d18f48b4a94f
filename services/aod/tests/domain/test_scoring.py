from datetime import UTC, datetime, timedelta

from aod.domain.finding import ColumnProfile, DataSet
from aod.domain.scoring import Evidence, reasons, score

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _evidence(*data_sets: DataSet) -> Evidence:
    evidence = Evidence()
    for data_set in data_sets:
        evidence.add(data_set)
    return evidence


def _data_set(rows: int = 999_999, error: str = "", days: int = 1, pii: str = "email", keyed: bool = True) -> DataSet:
    columns = () if error else (ColumnProfile("account_id", "integer", 0.0, 9, (), pii),)
    return DataSet("a.csv", "csv", rows, 10, error, columns, 9, keyed, NOW - timedelta(days=days))


def test_score_when_everything_speaks_for_it_then_one() -> None:
    assert score(_evidence(_data_set()), NOW) == 1.0


def test_score_when_nothing_can_be_read_then_zero() -> None:
    assert score(_evidence(_data_set(error="broken")), NOW) == 0.0
    assert reasons(_evidence(_data_set(error="broken")), NOW) == ["0 of 1 data set can be read"]
    assert score(_evidence(), NOW) == 0.0


def test_score_when_half_is_broken_then_it_follows_the_formula() -> None:
    # 0.25 * 1/2 readable + 0.25 business + 0.2 * log10(1000)/6 + no key, no personal data + freshness 0 of 0.1
    found = _evidence(_data_set(rows=999, days=800, pii="", keyed=False), _data_set(error="broken"))
    assert score(found, NOW) == round(0.125 + 0.25 + 0.1, 3)


def test_score_when_the_age_is_unknown_then_the_others_share_its_weight() -> None:
    table = DataSet("s.t", "table", 999_999, 10, "", (ColumnProfile("price", "money", 0.0, 1),), 9)
    assert score(_evidence(table), NOW) == round(0.70 / 0.90, 3)


def test_reasons_when_told_then_each_share_is_in_words() -> None:
    assert reasons(_evidence(_data_set(rows=8800, days=3), _data_set(rows=-1)), NOW) == [
        "2 of 2 data sets can be read",
        "8,800 rows, and 1 data set too large to count",
        "business columns in 2 data sets: account_id",
        "a key column in 2 data sets",
        "personal data, email (a.csv: account_id)",
        "last changed 1 day ago",
    ]
