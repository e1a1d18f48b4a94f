"""What moved between the two latest comparable charge periods."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

from aoa.domain.agents.cost.ledger import VIEW, Ledger
from aoa.domain.agents.figures import count, decimal, difference, evidence, exact, percent
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import MAX_GROUPS, Asking, Filter, GroupBy

MOMENT = "ChargePeriodStart"
COMPARABLE = Decimal("0.9")
"""Two months compare when the one with fewer days of charges has at least this share of the other's days."""
STEEP = Decimal(20)
"""A rise by this many percent of the whole earlier period is worth a warning."""


@dataclass(frozen=True)
class Period:
    """A span of days, `end` excluded."""

    name: str
    start: date
    end: date


def top_movers(ledger: Ledger) -> Asking[list[Finding]]:
    """The service whose cost changed most between the two latest months, else days, that compare."""
    dated = Filter(MOMENT, "not_null")
    answer = yield ledger.cost_by(GroupBy(MOMENT, "day", grain="day"), also=(dated,), limit=MAX_GROUPS)
    days = sorted({date.fromisoformat(str(row["day"])) for row in answer.rows})
    if not days:
        return []
    pair = _latest_months(days) or _latest_days(days)
    if pair is None:
        return [_one_period(ledger, days[0], dated)]
    before = yield from _cost_by_service(ledger, pair[0])
    after = yield from _cost_by_service(ledger, pair[1])
    return _movers(ledger, pair, before, after)


def _latest_months(days: list[date]) -> tuple[Period, Period] | None:
    months: dict[date, int] = {}
    for day in days:
        first = day.replace(day=1)
        months[first] = months.get(first, 0) + 1
    starts = sorted(months, reverse=True)
    for later, earlier in pairwise(starts):
        few, many = sorted((months[later], months[earlier]))
        if _next_month(earlier) == later and Decimal(few) / many >= COMPARABLE:
            return _month(earlier), _month(later)
    return None


def _latest_days(days: list[date]) -> tuple[Period, Period] | None:
    for later, earlier in pairwise(reversed(days)):
        if later - earlier == timedelta(days=1):
            return _day(earlier), _day(later)
    return None


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _month(first: date) -> Period:
    return Period(f"{first:%Y-%m}", first, _next_month(first))


def _day(day: date) -> Period:
    return Period(day.isoformat(), day, day + timedelta(days=1))


def _within(start: date, end: date) -> tuple[Filter, Filter]:
    return (
        Filter(MOMENT, "ge", (f"{start.isoformat()}T00:00:00+00:00",)),
        Filter(MOMENT, "lt", (f"{end.isoformat()}T00:00:00+00:00",)),
    )


def _cost_by_service(ledger: Ledger, period: Period) -> Asking[dict[str | None, Decimal]]:
    answer = yield ledger.cost_by(GroupBy("ServiceName"), also=_within(period.start, period.end), limit=MAX_GROUPS)
    names = ((None if row["ServiceName"] is None else str(row["ServiceName"]), row) for row in answer.rows)
    return {name: decimal(row["cost"]) for name, row in names}


def _movers(
    ledger: Ledger,
    pair: tuple[Period, Period],
    before: dict[str | None, Decimal],
    after: dict[str | None, Decimal],
) -> list[Finding]:
    zero = Decimal(0)
    changes = {n: difference(after.get(n, zero), before.get(n, zero)) for n in before | after}
    names = sorted(changes, key=lambda name: (-abs(changes[name]), name or ""))
    rows = [
        {
            "ServiceName": name,
            pair[0].name: exact(before.get(name, zero)),
            pair[1].name: exact(after.get(name, zero)),
            "change": exact(changes[name]),
        }
        for name in names
        if changes[name]
    ]
    if not rows:
        return []
    name, change, whole = names[0], changes[names[0]], sum(before.values(), zero)
    steep = change > 0 and whole > 0 and percent(change, whole) >= STEEP
    mine = Filter("ServiceName", "is_null") if name is None else Filter("ServiceName", "eq", (name,))
    verb = "rose" if change > 0 else "fell"
    title = f"{name or 'Cost without a service'} {verb} by {ledger.amount(abs(change))}, from {pair[0].name}"
    return [
        Finding(
            "top_movers",
            Severity.WARNING if steep else Severity.INFO,
            f"{title} to {pair[1].name}; {count(len(rows), 'service')} moved.",
            exact(change),
            ledger.unit,
            "Ask the owners of the services at the top of this list what changed.",
            VIEW,
            (*ledger.filters, mine, *_within(pair[0].start, pair[1].end)),
            evidence(rows),
            ledger.currency,
        )
    ]


def _one_period(ledger: Ledger, day: date, dated: Filter) -> Finding:
    return Finding(
        "top_movers",
        Severity.INFO,
        f"No data: there are no two periods to compare; the first charge is of {day.isoformat()}.",
        "no data",
        "",
        "Connect the bill of the month before.",
        VIEW,
        (*ledger.filters, dated),
        (),
        ledger.currency,
    )
