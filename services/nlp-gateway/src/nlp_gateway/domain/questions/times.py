"""Which period a question asks for, and with which it compares."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from nlp_gateway.domain.questions.calendar import Found, find_periods, month_start, unit_start
from nlp_gateway.domain.questions.model import Period

PREVIOUS, LAST_YEAR, EXPLICIT = "previous_period", "last_year", "explicit"
_OPEN = re.compile(r"\b(?:up to|until|till|through|before|after|beyond|as of|by the end of)(?: the)? *$")
_VERSUS = (
    r"(?:vs|versus|against|over|than|to|with|compared? (?:to|with)|comparing (?:to|with)|relative to)(?: in| the)*"
)
_BEFORE = re.compile(rf"\b{_VERSUS}\.? *$")
_AND_RANGE = re.compile(r"^\s*(?:and|to|until|till|through|thru|-|–)\s*(?:the )?$")
_FROM = re.compile(r"\b(?:between|from)(?: the)? *$")
_SINCE = re.compile(r"\b(?:since|from)(?: the)? *$")
_SAME = r"same (?:period|month|quarter|week|time|days?)(?: of| in)?(?: the)? last year"
_LAST_YEAR = re.compile(
    rf"\b(?:yoy|year[ -](?:over|on)[ -]year|(?:{_VERSUS} )?{_SAME}|{_VERSUS} a year (?:ago|before|earlier))\b"
)
_UNIT = "(?:month|quarter|week|year|period|day)"
_PREVIOUS = re.compile(
    r"\b(?:mom|month[ -](?:over|on)[ -]month|quarter[ -](?:over|on)[ -]quarter|"
    rf"(?:{_VERSUS} )?(?:previous|prior|preceding) period|{_VERSUS} {_UNIT}s? (?:before|earlier))\b"
)


@dataclass(frozen=True)
class Times:
    """What was said of time; `spans` are the characters that said it. `problem` says why it cannot be read."""

    period: Period | None = None
    comparison: str = ""
    compared_with: Period | None = None
    spans: tuple[tuple[int, int], ...] = ()
    problem: str = ""


def read_times(text: str, today: date, changed: bool) -> Times:
    """Read a folded text's periods; `changed` when it asks for a change, which needs something to compare with."""
    spans: list[tuple[int, int]] = []
    comparison = ""
    for pattern, meaning in ((_LAST_YEAR, LAST_YEAR), (_PREVIOUS, PREVIOUS)):
        for match in pattern.finditer(text):
            comparison = comparison or meaning
            spans.append(match.span())
            text = text[: match.start()] + "\x00" * (match.end() - match.start()) + text[match.end() :]
    found, joined, moves = _ranges(text, find_periods(text, today), today, changed)
    if any(_OPEN.search(text[: one.start]) for one in found):
        return Times(problem="It leaves a side of its period open; say from when to when.", spans=_all(found, text))
    main = [one for one in found if not _BEFORE.search(text[: one.start]) or one in moves]
    others = [one for one in found if one not in main]
    if len(found) == 1 and others and not _is_versus(text, others[0]):
        main, others = others, []
    spans += [(_begin(text, one), one.end) for one in found] + joined
    if len(main) > 1 and len(others) == 0 and changed and len(main) == 2:
        main, others = [main[1]], [main[0]]
    if len(main) > 1 or len(others) > 1:
        several = "It names several periods; ask for one, or for one compared with another."
        return Times(problem=several, spans=tuple(spans))
    return _settled(main, others, comparison, tuple(spans), today, changed)


def _all(found: Sequence[Found], text: str) -> tuple[tuple[int, int], ...]:
    """Return the characters of periods and of the words that lead to them."""
    leads = [(one, _OPEN.search(text[: one.start])) for one in found]
    return tuple((lead.start() if lead else one.start, one.end) for one, lead in leads)


def _is_versus(text: str, one: Found) -> bool:
    return bool(
        re.search(r"\b(?:vs|versus|against|compared?|comparing|relative|than)[^\x00]{0,12}$", text[: one.start])
    )


def _settled(
    main: Sequence[Found],
    others: Sequence[Found],
    comparison: str,
    spans: tuple[tuple[int, int], ...],
    today: date,
    changed: bool,
) -> Times:
    period = main[0].period if main else None
    if others:
        if period is None:
            return _now_against(others[0], spans, today)
        other = others[0]
        if other.unit == "year" and main[0].unit != "year" and other.period.said.startswith(("last", "previous")):
            return Times(period, LAST_YEAR, None, spans)
        if _is_same_unit_before(main[0], other, today):
            return _to_date(main[0], spans)
        return Times(period, EXPLICIT, other.period, spans)
    if period is None and (comparison or changed):
        start = month_start(today, -1)
        period = Period(start, month_start(today), "last full month")
    if changed and not comparison:
        comparison = PREVIOUS
    if comparison == PREVIOUS and period is not None and main and period.until == today + timedelta(days=1):
        return _to_date(main[0], spans)
    return Times(period, comparison, None, spans)


def _is_same_unit_before(main: Found, other: Found, today: date) -> bool:
    """Tell whether a unit that is not over is set against the whole one before it."""
    to_date = main.unit == other.unit and main.period.until == today + timedelta(days=1)
    return to_date and other.period.until == main.period.since


def _to_date(found: Found, spans: tuple[tuple[int, int], ...]) -> Times:
    """A unit that is not over is compared with as many days of the one before."""
    period = found.period
    if found.unit not in ("week", "month", "quarter", "year"):
        return Times(period, PREVIOUS, None, spans)
    before = unit_start(period.since - timedelta(days=1), found.unit)
    until = min(before + (period.until - period.since), period.since)
    return Times(period, EXPLICIT, Period(before, until, f"the same days of the {found.unit} before"), spans)


def _now_against(other: Found, spans: tuple[tuple[int, int], ...], today: date) -> Times:
    """ "vs last month" alone: this month so far, against as many days of the last."""
    if other.unit not in ("week", "month", "quarter", "year") or not other.period.said.startswith(("last", "previous")):
        return Times(problem=f"It compares with {other.period.said}, but says no period to compare.", spans=spans)
    since = unit_start(today, other.unit)
    this = Found(Period(since, today + timedelta(days=1), f"this {other.unit} so far"), 0, 0, other.unit)
    return _to_date(this, spans)


def _begin(text: str, one: Found) -> int:
    """Return where the words before a period begin that belong to it."""
    match = re.search(
        rf"\b(?:{_VERSUS}|since|during|within|of the|over the|in the|for the|so far)\.? *$", text[: one.start]
    )
    return match.start() if match else one.start


def _ranges(
    text: str, found: list[Found], today: date, changed: bool
) -> tuple[list[Found], list[tuple[int, int]], list[Found]]:
    """Join "from A to B", "between A and B" and "since A"; return periods, further characters used, and the joined."""
    result: list[Found] = []
    spans: list[tuple[int, int]] = []
    moves: list[Found] = []
    index = 0
    while index < len(found):
        one = found[index]
        after = found[index + 1] if index + 1 < len(found) else None
        lead = _FROM.search(text[: one.start])
        if after and lead and _AND_RANGE.match(text[one.end : after.start]):
            spans.append((lead.start(), after.end))
            if changed and one.unit == after.unit:
                moves += [one, after]
                result += [one, after]
            else:
                said = f"{one.period.said} to {after.period.said}"
                joined = Found(
                    Period(one.period.since, max(after.period.until, one.period.until), said), one.start, after.end, ""
                )
                result.append(joined)
                moves.append(joined)
            index += 2
            continue
        since = _SINCE.search(text[: one.start])
        if since and one.period.since <= today:
            spans.append((since.start(), one.end))
            one = Found(
                Period(one.period.since, today + timedelta(days=1), f"since {one.period.said}"), one.start, one.end, ""
            )
        result.append(one)
        index += 1
    return result, spans, moves
