"""Deals won, lost and open."""

from decimal import Decimal

from aoa.domain.agents.figures import count, decimal, evidence, exact, percent, short, total, whole
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import Aggregate, Asking, Filter, GroupBy, Measure, OrderBy, Row

VIEW = "opportunity"
WON, LOST = "won", "lost"
CLOSED = Filter("stage", "in", (WON, LOST))
IS_WON = Filter("stage", "eq", (WON,))


def by_stage() -> Asking[tuple[Row, ...]]:
    """Ask for the deals of each stage: `deals`, `valued` (those with an amount), `amount`."""
    answer = yield Aggregate(
        VIEW,
        (Measure("count", "deals"), Measure("count", "valued", "amount"), Measure("sum", "amount", "amount")),
        (GroupBy("stage"),),
        (),
        (OrderBy("deals", True),),
    )
    return answer.rows


def open_stages() -> Asking[tuple[str, ...]]:
    """Ask for the stages of deals that are neither won nor lost."""
    rows = yield from by_stage()
    return tuple(str(row["stage"]) for row in rows if row["stage"] not in (None, WON, LOST))


def win_rate() -> Asking[list[Finding]]:
    """Won deals as a share of closed ones."""
    rows = yield from by_stage()
    deals = {row["stage"]: whole(row["deals"]) for row in rows}
    won, lost = deals.get(WON, 0), deals.get(LOST, 0)
    if not won + lost:
        return []
    rate = percent(Decimal(won), Decimal(won + lost))
    return [
        Finding(
            "win_rate",
            Severity.INFO,
            f"{rate} % of closed deals were won: {won:,} of {won + lost:,}.",
            exact(rate),
            "%",
            "Compare this rate by seller and product, and learn from the best.",
            VIEW,
            (CLOSED,),
            evidence([row for row in rows if row["stage"] in (WON, LOST)]),
        )
    ]


def won_amount() -> Asking[list[Finding]]:
    """What won deals are worth, currency by currency."""
    answer = yield Aggregate(
        VIEW,
        (Measure("count", "deals"), Measure("count", "valued", "amount"), Measure("sum", "amount", "amount")),
        (GroupBy("currency"),),
        (IS_WON,),
        (OrderBy("deals", True),),
        10,
    )
    return [_won(row, len(answer.rows) == 1) for row in answer.rows if whole(row["valued"])]


def _won(row: Row, only: bool) -> Finding:
    currency, amount, deals = row["currency"], decimal(row["amount"]), whole(row["deals"])
    mine = Filter("currency", "is_null") if currency is None else Filter("currency", "eq", (str(currency),))
    missing = deals - whole(row["valued"])
    without = f"; {missing:,} more have no amount" if missing else ""
    return Finding(
        "won_amount",
        Severity.INFO,
        f"{count(deals - missing, 'won deal')} are worth {short(amount)}{f' {currency}' if currency else ''}{without}.",
        exact(amount),
        str(currency or "as in the source"),
        "Reconcile this sum with what was invoiced.",
        VIEW,
        (IS_WON,) if only else (IS_WON, mine),
        (row,),
        str(currency or ""),
    )


def pipeline_by_stage() -> Asking[list[Finding]]:
    """Deals that are still open, stage by stage."""
    rows = [row for row in (yield from by_stage()) if row["stage"] not in (None, WON, LOST)]
    if not rows:
        return []
    deals, valued = sum(whole(row["deals"]) for row in rows), sum(whole(row["valued"]) for row in rows)
    stages = ", ".join(f"{whole(row['deals']):,} {row['stage']}" for row in rows)
    worth = short(total([decimal(row["amount"]) for row in rows]))
    value = f"{valued:,} of them are worth {worth}" if valued else "no data on what they are worth"
    return [
        Finding(
            "pipeline_by_stage",
            Severity.INFO if valued else Severity.WARNING,
            f"{count(deals, 'deal')} are open ({stages}); {value}.",
            str(deals),
            "deals",
            "Check that the pipeline covers the target." if valued else "Enter expected amounts for open deals.",
            VIEW,
            (Filter("stage", "in", tuple(str(row["stage"]) for row in rows)),),
            evidence(rows),
        )
    ]
