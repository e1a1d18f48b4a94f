"""Why a value did not fit, in words; asked only for the few rows that go to quarantine."""

import re
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation

from aam.domain.mapping import Transform

MAX_WHOLE_DIGITS = 20
MAX_DECIMALS = 18
NO_NUMBER, NO_FINITE = "not a number", "not a number that can be stored"
FAR_YEAR = "the year is not between 1 and 9999"
FINE = re.compile(r"\.\d{7,}")
FAR = re.compile(r"-\d+-\d\d-\d\d.*|\d{5,}-\d\d-\d\d.*|0000-\d\d-\d\d.*")


def reason_of(value: str, transform: Transform) -> str:
    """One sentence about a source text that the transform could not read."""
    match transform.kind:
        case "decimal":
            reason = _number(value, transform)
        case "integer":
            told = _number(value, transform)
            reason = told if told in (NO_NUMBER, NO_FINITE) else "not a whole number, or outside 64 bits"
        case "boolean":
            reason = "not one of the texts that mean true or false"
        case "date" | "timestamp" if FAR.fullmatch(value):
            reason = FAR_YEAR
        case "date":
            reason = f"not a date{_form(transform)}, or it has a time of day"
        case "timestamp" if FINE.search(value):
            reason = "finer than a microsecond; it would be cut"
        case "timestamp" if _leaves_the_years(value):
            reason = FAR_YEAR
        case "timestamp":
            reason = f"not a point in time{_form(transform)}"
        case "enum":
            reason = "a value that the mapping does not know"
        case "json":
            reason = "not valid JSON"
        case _:
            reason = "does not fit the attribute's type"
    return reason


def _leaves_the_years(value: str) -> bool:
    """Whether its offset moves a point in time to a year that none is in UTC."""
    try:
        moment = datetime.fromisoformat(value)
        if moment.tzinfo:  # without one, Python would take this machine's
            moment.astimezone(UTC)
    except OverflowError:
        return True
    except ValueError:
        return False
    return False


def _form(transform: Transform) -> str:
    return f" of the form {transform.format}" if transform.format else " in ISO 8601"


def _number(value: str, transform: Transform) -> str:
    text = value
    for sign in (transform.currency, transform.thousands):
        text = text.replace(sign, "") if sign else text
    if transform.decimal_separator not in ("", "."):
        text = text.replace(transform.decimal_separator, ".")
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        return NO_NUMBER
    if not number.is_finite() or "_" in text:
        return NO_FINITE
    exponent = number.normalize().as_tuple().exponent
    if isinstance(exponent, int) and -exponent > MAX_DECIMALS:
        return f"more than {MAX_DECIMALS} decimals; it would be rounded"
    if abs(number) >= Decimal(10) ** MAX_WHOLE_DIGITS:
        return f"more than {MAX_WHOLE_DIGITS} digits before the point"
    return "not a number in the form that the mapping expects"
