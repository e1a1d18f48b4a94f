"""Periods as people name them, relative to a day; fiscal years are calendar years, weeks begin on Monday."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from nlp_gateway.domain.questions.model import Period

_NAMES = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
_SHORT = {name[:3]: number for number, name in enumerate(_NAMES, 1)} | {"sept": 9}
_MONTH = "|".join((*_NAMES, "sept", *(name[:3] for name in _NAMES)))
_ORDINAL = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_COUNT = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10}
_YEAR = r"(?P<{0}>(?:19|20)\d\d)"
_UNIT = r"(?P<unit>day|week|month|quarter|year)"
MAX_UNITS = 1000


@dataclass(frozen=True)
class Found:
    """A period in a text, at characters [start, end)."""

    period: Period
    start: int
    end: int
    unit: str
    """day, week, month, quarter, half, year, or "" for a range."""


def month_start(day: date, months: int = 0) -> date:
    """Return the first day of the month that is `months` after the day's."""
    number = day.year * 12 + day.month - 1 + months
    return date(number // 12, number % 12 + 1, 1)


def unit_start(day: date, unit: str) -> date:
    """Return the first day of the week, month, quarter or year that holds the day."""
    match unit:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
        case "year":
            return date(day.year, 1, 1)
        case _:
            return day


def moved(start: date, unit: str, count: int) -> date:
    """Return the start of the unit `count` units away."""
    if unit in ("day", "week"):
        return start + timedelta(days=count * (7 if unit == "week" else 1))
    return month_start(start, count * {"month": 1, "quarter": 3, "half": 6, "year": 12}[unit])


def find_periods(text: str, today: date) -> list[Found]:
    """Return the periods a folded text names, in their order; a longer reading wins over one within it."""
    found: list[Found] = []
    for pattern, read in _PATTERNS:
        for match in pattern.finditer(text):
            if any(match.start() < one.end and one.start < match.end() for one in found):
                continue
            try:
                one = read(match, today)
            except (ValueError, OverflowError):
                continue  # 31 February, or a year that no calendar has: the words stay, and are named
            if one is not None:
                (since, until), unit = one
                found.append(Found(Period(since, until, match.group().strip()), match.start(), match.end(), unit))
    return sorted(found, key=lambda one: one.start)


Span = tuple[tuple[date, date], str]
Read = Callable[[re.Match[str], date], Span | None]


def _whole(start: date, unit: str, count: int = 1) -> Span:
    return (start, moved(start, unit, count)), unit


def _iso(match: re.Match[str], _: date) -> Span:
    return _whole(date.fromisoformat(match.group()), "day")


def _dated(match: re.Match[str], today: date) -> Span:
    month = _SHORT[match["month"][:3]]
    day, year = int(match["day"]), match["year"]
    if year:
        return _whole(date(int(year), month, day), "day")
    this = date(today.year, month, day)
    return _whole(this if this <= today else date(today.year - 1, month, day), "day")


def _month(match: re.Match[str], today: date) -> Span:
    month, year = _SHORT[match["month"][:3]], match["year"]
    recent = today.year if month <= today.month - bool(match.groupdict().get("last")) else today.year - 1
    chosen = int(year) if year else recent
    return _whole(date(chosen, month, 1), "month")


def _quarter(match: re.Match[str], today: date) -> Span:
    number = int(match["number"]) if match["number"] else _ORDINAL[match["word"]]
    year = match["year"] or match["year2"]
    start = date(int(year) if year else today.year, number * 3 - 2, 1)
    return _whole(start if year or start <= today else date(today.year - 1, number * 3 - 2, 1), "quarter")


def _half(match: re.Match[str], today: date) -> Span:
    number = int(match["number"]) if match["number"] else _ORDINAL[match["word"]]
    year = match["year"]
    start = date(int(year) if year else today.year, number * 6 - 5, 1)
    return _whole(start if year or start <= today else date(today.year - 1, number * 6 - 5, 1), "half")


def _year(match: re.Match[str], _: date) -> Span:
    return _whole(date(int(match["year"]), 1, 1), "year")


def _relative(match: re.Match[str], today: date) -> Span | None:
    unit, word = match["unit"], match["which"]
    if unit == "day" and word != "next":
        return None
    start = unit_start(today, unit)
    if word in ("this", "current"):
        return (start, today + timedelta(days=1)), unit
    return _whole(moved(start, unit, 1 if word == "next" else -1), unit)


def _several(match: re.Match[str], today: date) -> Span | None:
    count = _COUNT.get(match["count"]) or int(match["count"])
    if not 1 <= count <= MAX_UNITS:
        return None
    unit = match["unit"]
    start = unit_start(today, unit)
    if match["which"] in ("next", "coming"):
        begin = today if unit == "day" else moved(start, unit, 1)
        return (begin, moved(begin, unit, count)), ""
    return (moved(start, unit, -count), start), ""


def _to_date(match: re.Match[str], today: date) -> Span:
    named = match.groupdict()
    unit = named.get("unit") or {"m": "month", "q": "quarter", "y": "year", "w": "week"}[named["short"][0]]
    return (unit_start(today, unit), today + timedelta(days=1)), unit


def _named_day(match: re.Match[str], today: date) -> Span:
    return _whole(today if match.group() == "today" else today - timedelta(days=1), "day")


_ENDS = r"(?: of)?(?: |, ?)" + _YEAR
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_PATTERNS: tuple[tuple[re.Pattern[str], Read], ...] = tuple(
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\b(?:19|20)\d\d-[01]\d-[0-3]\d\b", _iso),
        (rf"\b(?P<month>{_MONTH})\.? {_DAY}\b(?! ?(?:19|20)\d\d\d)(?:,? {_YEAR.format('year')})?\b", _dated),
        (rf"\b{_DAY} (?:of )?(?P<month>{_MONTH})\b(?:,? {_YEAR.format('year')})?\b", _dated),
        (
            rf"\b(?P<last>last )?(?P<month>(?!(?:may|mar|march)\b)(?:{_MONTH}))\b\.?(?:{_ENDS.format('year')})?\b",
            _month,
        ),
        (rf"\b(?P<month>may|mar|march)\b\.?{_ENDS.format('year')}\b", _month),
        (r"(?<=\bin )(?P<month>may|mar|march)\b(?P<year>)", _month),
        (
            rf"\b(?:{_YEAR.format('year2')} ?)?(?:q ?(?P<number>[1-4])|(?P<word>{'|'.join(_ORDINAL)}) quarter)\b"
            rf"(?:(?: of| in)?(?: |, ?|/){_YEAR.format('year')})?\b",
            _quarter,
        ),
        (
            rf"\b(?:h ?(?P<number>[12])|(?P<word>first|second) half)\b(?:{_ENDS.format('year')})?\b",
            _half,
        ),
        (r"\b(?P<unit>week|month|quarter|year)[ -]to[ -]date\b", _to_date),
        (r"\b(?P<short>mtd|qtd|ytd|wtd)\b", _to_date),
        (
            rf"\b(?P<which>last|past|previous|prior|next|coming) (?P<count>\d{{1,4}}|{'|'.join(_COUNT)}) {_UNIT}s\b",
            _several,
        ),
        (rf"\b(?P<which>last|past|previous|prior|this|current|next) {_UNIT}\b", _relative),
        (r"\b(?:today|yesterday)\b", _named_day),
        (rf"\b(?:(?:calendar )?year )?{_YEAR.format('year')}\b(?!-)", _year),
    )
)
