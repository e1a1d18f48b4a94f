import pytest
from dcl.domain.matching.model import Column
from dcl.domain.matching.profile import parse_number, profile, shape


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (("1", "2", "30"), "integer"),
        (("1.5", "2", "1,000.25"), "decimal"),
        (("2024-01-31", "2024-02-01 10:00"), "date"),
        (("Fri Mar 25 22:48:16 2022", "Sat Mar 26 01:00:00 2022"), "date"),
        (("1996", "2004"), "year"),
        (("yes", "no"), "boolean"),
        (("https://a.example/x", "http://b.example"), "url"),
        (("a@x.org", "b@y.org"), "email"),
        (('{"a": 1}', "[1]"), "json"),
        (("Acme", "Beta"), "text"),
        (("", "NULL", None), "unknown"),
    ],
)
def test_kind_when_profiled_then_is_what_most_values_are(values: tuple[str | None, ...], kind: str) -> None:
    assert profile(Column("x", values=values)).kind == kind


def test_profile_when_values_repeat_and_lack_then_says_how_much() -> None:
    seen = profile(Column("x", values=("a", "A", "b", None, "null", "")))
    assert (seen.count, seen.null_rate, seen.uniqueness) == (3, 0.5, pytest.approx(2 / 3))
    assert seen.distinct == {"a", "b"}


@pytest.mark.parametrize(("text", "number"), [("$1,234.50", 1234.5), ("-3", -3.0), ("45%", 45.0), ("1.2e3", 1200.0)])
def test_number_when_decorated_then_is_read(text: str, number: float) -> None:
    assert parse_number(text) == number


@pytest.mark.parametrize("text", ["", "abc", "12ab", "1,23,4", "1e999"])
def test_number_when_it_is_none_then_is_refused(text: str) -> None:
    assert parse_number(text) is None


def test_shape_when_runs_repeat_then_each_is_one_sign() -> None:
    assert shape("AB-12 34") == "a-9 9"
    assert shape("1,680萬") == "9,9字"
