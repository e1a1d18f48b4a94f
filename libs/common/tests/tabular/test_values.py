"""Values that Arrow reads only with further libraries, read without them."""

from datetime import UTC, datetime

import pyarrow as pa
from aos_common.tabular.values import python_rows, python_values


def test_values_when_moments_have_nanoseconds_then_they_are_text_in_full() -> None:
    column = pa.array([1_000_000_001, None], pa.timestamp("ns"))
    assert python_values(column) == ["1970-01-01 00:00:01.000000001", None]


def test_values_when_moments_have_microseconds_then_they_are_moments() -> None:
    moment = datetime(1970, 1, 1, 0, 0, 0, 1, tzinfo=UTC)
    assert python_values(pa.array([1], pa.timestamp("us", "UTC"))) == [moment]


def test_values_when_nanoseconds_are_nested_then_the_rest_stays_as_it_is() -> None:
    kind = pa.struct([("at", pa.list_(pa.timestamp("ns"))), ("n", pa.int64())])
    column = pa.array([{"at": [1], "n": 2}], kind)
    assert python_values(column) == [{"at": ["1970-01-01 00:00:00.000000001"], "n": 2}]


def test_values_when_years_are_out_of_reach_of_datetime_then_they_are_text_in_full() -> None:
    moments = pa.array([-100_000_000_000, 400_000_000_000, 0, None], pa.timestamp("s"))
    assert python_values(moments) == ["-1199-02-15 14:13:20", "14645-06-30 15:06:40", "1970-01-01 00:00:00", None]
    days = pa.array([[5_000_000, None], None], pa.list_(pa.date32()))
    assert python_values(days) == [["15659-07-15", None], None]


def test_rows_when_read_then_each_is_a_dictionary() -> None:
    assert python_rows(pa.table({"a": [1, 2], "b": ["x", None]})) == [{"a": 1, "b": "x"}, {"a": 2, "b": None}]
