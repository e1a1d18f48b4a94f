import pytest
from dcl.domain.mapping import Transform
from dcl.domain.reading.numbers import read_numbers


@pytest.mark.parametrize(
    ("values", "transform"),
    [
        (["1", "2.50", "-3"], Transform("decimal")),
        (["1,234.50", "12"], Transform("decimal", thousands=",")),
        (["1.234,50", "12,5"], Transform("decimal", thousands=".", decimal_separator=",")),
        (["1 234,50"], Transform("decimal", thousands=" ", decimal_separator=",")),
        (["$1,234.50", "$ 7.25"], Transform("decimal", thousands=",", currency="$")),
        (["12 EUR", "13.5 EUR"], Transform("decimal", currency="EUR")),
        (["0.00000080000", "1.5e-7"], Transform("decimal")),
        (["80%", "12.5%"], Transform("decimal", currency="%")),
    ],
)
def test_decimals_when_written_in_one_way_then_that_way_is_found(values: list[str], transform: Transform) -> None:
    reading = read_numbers("decimal", values)
    assert (reading.transform, reading.fit, reading.certain) == (transform, 1.0, True)


@pytest.mark.parametrize("values", [["1,234", "5,678"], ["1.234", "5.678"]])
def test_decimals_when_point_or_comma_may_be_either_then_is_uncertain_and_says_so(values: list[str]) -> None:
    reading = read_numbers("decimal", values)
    assert not reading.certain
    assert "cannot be told" in reading.notes[-1]


def test_integers_when_some_are_none_then_fit_is_their_share() -> None:
    assert read_numbers("integer", ["1", "2.0", "2.5", "x"]).fit == 0.5


def test_numbers_when_there_are_no_samples_then_fit_is_whole() -> None:
    assert read_numbers("decimal", []).fit == 1.0
