"""How long deals take, and which take too long; measured against the latest date in the data, not the clock."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from aoa.domain.agents.figures import count, evidence, exact, whole
from aoa.domain.agents.sales.deals import CLOSED, IS_WON, VIEW, open_stages
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import MAX_GROUPS, Aggregate, Asking, Filter, GroupBy, Measure, OrderBy, Query, Row

ENGAGED, CLOSED_ON = "engage_date", "close_date"
PATIENCE = Decimal("1.5")
"""A deal is stalled when it is older than this many median cycles of won deals."""


@dataclass(frozen=True)
class Cycle:
    """Days from engagement to closing of won deals; `filters` select those deals."""

    deals: int
    median: Decimal
    mean: Decimal
    reversed_dates: int
    filters: tuple[Filter, ...]
    longest: tuple[Row, ...]


def _cycle() -> Asking[Cycle | None]:
    filters: tuple[Filter, ...] = (IS_WON, Filter(ENGAGED, "not_null"), Filter(CLOSED_ON, "not_null"))
    answer = yield Aggregate(
        VIEW,
        (Measure("count", "deals"),),
        (GroupBy(ENGAGED), GroupBy(CLOSED_ON)),
        filters,
        (OrderBy(CLOSED_ON, True),),
        MAX_GROUPS,
    )
    rows = answer.rows
    if answer.truncated:
        # More pairs of dates than one answer holds: keep the latest whole days, and say so through the filter.
        last = str(rows[-1][CLOSED_ON])
        rows = tuple(row for row in rows if str(row[CLOSED_ON]) > last)
        filters = (*filters, Filter(CLOSED_ON, "gt", (last,)))
    return _measured(rows, filters)


def _days(row: Row) -> int:
    return (_date(row[CLOSED_ON]) - _date(row[ENGAGED])).days


def _date(value: object) -> date:
    return date.fromisoformat(str(value)[:10])


def _measured(rows: Sequence[Row], filters: tuple[Filter, ...]) -> Cycle | None:
    pairs = [(_days(row), whole(row["deals"]), row) for row in rows]
    timed = sorted((pair for pair in pairs if pair[0] >= 0), key=lambda pair: pair[0])
    deals = sum(number for _, number, _ in timed)
    if not deals:
        return None
    mean = Decimal(sum(days * number for days, number, _ in timed)) / deals
    middle = (_nth(timed, (deals - 1) // 2) + _nth(timed, deals // 2)) / Decimal(2)
    longest = tuple({**row, "days": days} for days, _, row in reversed(timed))
    wrong = sum(number for days, number, _ in pairs if days < 0)
    return Cycle(deals, middle, mean.quantize(Decimal("0.1"), ROUND_HALF_UP), wrong, filters, longest)


def _nth(timed: Sequence[tuple[int, int, Row]], place: int) -> int:
    for days, number, _ in timed:
        if place < number:
            return days
        place -= number
    raise IndexError(place)


def cycle_time() -> Asking[list[Finding]]:
    """Days from engagement to closing of won deals: median and mean."""
    cycle = yield from _cycle()
    if cycle is None:
        return []
    wrong = f"; {cycle.reversed_dates:,} that closed before they began are left out" if cycle.reversed_dates else ""
    return [
        Finding(
            "cycle_time",
            Severity.INFO,
            f"Half of {count(cycle.deals, 'won deal')} closed within {exact(cycle.median)} days; the mean is "
            f"{exact(cycle.mean)} days{wrong}.",
            exact(cycle.median),
            "days",
            "Look into deals that take much longer than this.",
            VIEW,
            cycle.filters,
            evidence(cycle.longest),
        )
    ]


def stalled_deals() -> Asking[list[Finding]]:
    """Open deals that are older than 1.5 median cycles on the latest date in the data."""
    cycle = yield from _cycle()
    stages = yield from open_stages()
    today = yield from _latest_date()
    if cycle is None or not stages or today is None:
        return []
    limit = cycle.median * PATIENCE
    # Older than the limit: engaged more than `limit` days before, so before this day.
    before = today - timedelta(days=math.floor(limit))
    stalled = (Filter("stage", "in", stages), Filter(ENGAGED, "lt", (before.isoformat(),)))
    answer = yield Aggregate(VIEW, (Measure("count", "deals"),), (), stalled)
    deals = whole(answer.only.get("deals"))
    if not deals:
        return []
    oldest = yield Query(
        VIEW,
        ("opportunity_id", "account_name", "owner_name", "stage", ENGAGED),
        stalled,
        (OrderBy(ENGAGED), OrderBy("opportunity_id")),
    )
    return [
        Finding(
            "stalled_deals",
            Severity.WARNING,
            f"{count(deals, 'open deal')} are older than {exact(limit)} days on {today.isoformat()}, the latest date "
            "in the data.",
            str(deals),
            "deals",
            "Close these deals or agree on a next step, the oldest first.",
            VIEW,
            stalled,
            evidence([{**row, "days": (today - _date(row[ENGAGED])).days} for row in oldest.rows]),
        )
    ]


def _latest_date() -> Asking[date | None]:
    engaged = yield Aggregate(VIEW, (Measure("max", "latest", ENGAGED),))
    # The closing date of an open deal is a hope, so only closed deals count.
    closed = yield Aggregate(VIEW, (Measure("max", "latest", CLOSED_ON),), (), (CLOSED,))
    found = [_date(answer.only["latest"]) for answer in (engaged, closed) if answer.only.get("latest") is not None]
    return max(found, default=None)
