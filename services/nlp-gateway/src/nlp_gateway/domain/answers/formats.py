"""How figures and dates are shown to people.

Numbers have thousands separated by commas. A whole number that is no money is shown whole; anything else with two
decimals, or four significant digits below a hundredth; rounded half even. Dates are "1 October 2026", whole months
"October 2026", whole quarters "Q4 2026", whole years "2026".
"""

from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
CENT = Decimal("0.01")
PLAIN = ("", "as in the source")


def is_currency(unit: str) -> bool:
    """Tell whether a unit is a currency's code."""
    return len(unit) == 3 and unit.isalpha() and unit.isupper()


def number(value: Decimal, *, money: bool = False) -> str:
    """Return a number as people read it."""
    if value == value.to_integral_value() and not money:
        return f"{int(value):,}"
    if 0 < abs(value) < CENT:
        return f"{value.quantize(Decimal(1).scaleb(value.adjusted() - 3), ROUND_HALF_EVEN):f}"
    return f"{value.quantize(CENT, ROUND_HALF_EVEN):,.2f}"


def figure(value: Decimal, unit: str) -> str:
    """Return a number with its unit: "USD 12,345.67", "63.15 %", "1 deal", "4,238 deals"."""
    if is_currency(unit):
        return f"{unit} {number(value, money=True)}"
    if unit in PLAIN:
        return number(value)
    named = unit[:-1] if value == 1 and unit.endswith("s") else unit
    return f"{number(value)} {named}"


def day(moment: date) -> str:
    """Return a date."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def span(since: date, until: date) -> str:
    """Return the days from `since` up to, not including, `until`."""
    last = until - timedelta(days=1)
    if since == last:
        return day(since)
    if since.day == 1 and until.day == 1:
        months = (until.year - since.year) * 12 + until.month - since.month
        if months == 1:
            return f"{MONTHS[since.month - 1]} {since.year}"
        if months == 3 and since.month % 3 == 1:
            return f"Q{since.month // 3 + 1} {since.year}"
        if months == 12 and since.month == 1:
            return str(since.year)
    if (since.year, since.month) == (last.year, last.month):
        return f"{since.day}–{day(last)}"
    return f"{day(since)} to {day(last)}"


def moment(text: str) -> date:
    """Read the day of an ISO 8601 moment."""
    return date.fromisoformat(text[:10])


def ends_after(until: date, last: date) -> bool:
    """Tell whether a period that ends before `until` goes on after `last`."""
    return until - timedelta(days=1) > last


def quoted(value: str) -> str:
    """Return a name; one of digits alone in quotes, so that nobody takes it for a figure."""
    return value if any(one.isalpha() for one in value) else f"“{value}”"


def preposition(said: str) -> str:
    """Return what stands before a span: "from 1 March 2026 to …", "on 1 March 2026", "in March 2026"."""
    if " to " in said:
        return "from"
    return "on" if said[:1].isdigit() and len(said.split()) == 3 and "–" not in said else "in"


def bucket(start: str, grain: str) -> str:
    """Return the name of the time bucket that begins on an ISO date."""
    first = date.fromisoformat(start)
    match grain:
        case "month":
            return f"{MONTHS[first.month - 1]} {first.year}"
        case "quarter":
            return f"Q{first.month // 3 + 1} {first.year}"
        case "year":
            return str(first.year)
        case "week":
            return f"week of {day(first)}"
        case _:
            return day(first)
