"""Figures for people: short, and never a whole number that they are not."""

from decimal import Decimal

import pytest
from aoa.domain.agents.figures import percent, short


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1269.9991", "1,269.999"),
        ("12.99999", "12.99999"),
        ("-12.99999", "-12.99999"),
        ("1270.00", "1,270"),
        ("1234567.891", "1,234,567.89"),
        ("12345678901234567890.0000001", "12,345,678,901,234,567,890.0000001"),
        ("0.000123", "0.00012"),
        ("0.999", "0.999"),
    ],
)
def test_amount_when_rounded_then_looks_whole_only_where_it_is(value: str, text: str) -> None:
    assert short(Decimal(value)) == text


def test_share_when_nearly_all_or_nothing_then_is_not_shown_as_all_or_nothing() -> None:
    assert percent(Decimal("99.9999"), Decimal(100)) == Decimal("99.9999")
    assert percent(Decimal("0.0004"), Decimal(100)) == Decimal("0.0004")
    assert percent(Decimal(1), Decimal(3)) == Decimal("33.33")
    assert str(percent(Decimal(7), Decimal(7))) == "100.00"
