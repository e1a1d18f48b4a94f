"""Numbers in and out of text, exactly: money and shares are decimals from the view to the finding."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from aoa.domain.finding import MAX_EVIDENCE
from aoa.domain.question import Row, Value

_EXACT = Context(prec=76)
_SMALL = Decimal("0.01")
_MAX_PLACES = 13


def decimal(value: Value) -> Decimal:
    """Read a number; an absent one is zero, so ask for its count where that matters."""
    return Decimal(0) if value is None else Decimal(str(value))


def whole(value: Value) -> int:
    """Read a count."""
    return int(decimal(value))


def total(values: Sequence[Decimal]) -> Decimal:
    """Add without rounding."""
    with localcontext(_EXACT):
        return sum(values, Decimal(0))


def difference(one: Decimal, other: Decimal) -> Decimal:
    """Subtract without rounding."""
    with localcontext(_EXACT):
        return one - other


def exact(value: Decimal) -> str:
    """Write every digit, without exponent or trailing zeros."""
    with localcontext(_EXACT):
        return format(value.normalize(), "f") if value else "0"


def percent(part: Decimal, of: Decimal) -> Decimal:
    """Return 100 x part / of, to two decimals, or more where those would wrongly show a whole; `of` is not zero."""
    return _rounded(part * 100 / of)


def short(value: Decimal) -> str:
    """Write an amount for people: two decimals; more where those would show zero, or a whole that it is not."""
    if value == value.to_integral_value():
        return f"{value:,.0f}"
    if abs(value) >= _SMALL:
        return f"{_rounded(value):,f}"
    return format(Context(prec=2).plus(value), "f")


def _rounded(value: Decimal) -> Decimal:
    with localcontext(_EXACT):
        for places in range(2, _MAX_PLACES):
            rounded = value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)
            if rounded == value or rounded != rounded.to_integral_value():
                return rounded
        return value.quantize(_SMALL, ROUND_HALF_UP)


def count(number: int, noun: str) -> str:
    """Write a number of things."""
    plural = noun[:-1] + "ies" if noun.endswith("y") else noun + "s"
    return f"{number:,} {noun if number == 1 else plural}"


def have(number: int, verb: str = "have") -> str:
    """Write the verb that goes with a number of things."""
    if number != 1:
        return verb
    return "has" if verb == "have" else f"{verb}s"


def evidence(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Return the first rows, as many as a finding carries."""
    return tuple(rows[:MAX_EVIDENCE])
