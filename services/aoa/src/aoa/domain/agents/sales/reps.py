"""Sellers: who sells most, and who wins most and least of what they close."""

from dataclasses import dataclass, replace
from decimal import Decimal

from aoa.domain.agents.figures import count, decimal, evidence, exact, percent, short, total, whole
from aoa.domain.agents.sales.deals import CLOSED, IS_WON, LOST, VIEW, WON
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import MAX_GROUPS, Aggregate, Answer, Asking, Filter, GroupBy, Measure, OrderBy, Row

MIN_CLOSED = 20
"""Closed deals below which a win rate says little about a seller."""


@dataclass(frozen=True)
class Rep:
    """A seller's closed deals."""

    name: str
    won: int = 0
    lost: int = 0
    amount: Decimal = Decimal(0)

    @property
    def rate(self) -> Decimal:
        """Share of closed deals that were won, percent."""
        return percent(Decimal(self.won), Decimal(self.won + self.lost))

    @property
    def row(self) -> Row:
        """As evidence."""
        amount, rate = exact(self.amount), exact(self.rate)
        return {"owner": self.name, "won": self.won, "lost": self.lost, "amount": amount, "win_rate": rate}


def rep_results() -> Asking[list[Finding]]:
    """The best seller by won amount, and the highest and lowest win rate among those with enough closed deals."""
    answer = yield Aggregate(VIEW, tuple(Measure("count", c, c) for c in ("owner_name", "owner_id", "amount")))
    known = answer.only
    column = next((name for name in ("owner_name", "owner_id") if whole(known.get(name))), "")
    if not column:
        return []
    groups = yield Aggregate(
        VIEW,
        (Measure("count", "deals"), Measure("sum", "amount", "amount")),
        (GroupBy(column, "owner"), GroupBy("stage")),
        (CLOSED, Filter(column, "not_null")),
        (OrderBy("deals", True),),
        MAX_GROUPS,
    )
    reps = [rep for rep in _reps(groups) if rep.won + rep.lost >= MIN_CLOSED]
    if not reps:
        return []
    found = [_top(column, reps)] if whole(known.get("amount")) else []
    return [*found, *_extremes(column, reps)] if len(reps) > 1 else found


def _reps(groups: Answer) -> list[Rep]:
    reps: dict[str, Rep] = {}
    for row in groups.rows:
        name = str(row["owner"])
        rep = reps.get(name, Rep(name))
        if row["stage"] == WON:
            amount = total([rep.amount, decimal(row["amount"])])
            reps[name] = replace(rep, won=rep.won + whole(row["deals"]), amount=amount)
        elif row["stage"] == LOST:
            reps[name] = replace(rep, lost=rep.lost + whole(row["deals"]))
    return list(reps.values())


def _top(column: str, reps: list[Rep]) -> Finding:
    ranked = sorted(reps, key=lambda rep: (-rep.amount, rep.name))
    best = ranked[0]
    return Finding(
        "top_rep",
        Severity.INFO,
        f"{best.name} sold most: {count(best.won, 'won deal')} worth {short(best.amount)}.",
        exact(best.amount),
        "as in the source",
        "Ask what this seller does differently, and share it.",
        VIEW,
        (Filter(column, "eq", (best.name,)), IS_WON),
        evidence([rep.row for rep in ranked]),
    )


def _extremes(column: str, reps: list[Rep]) -> list[Finding]:
    ranked = sorted(reps, key=lambda rep: (-rep.rate, rep.name))
    best, worst = ranked[0], ranked[-1]
    return [
        _rate("highest_win_rate", Severity.INFO, column, best, ranked, "Pair this seller with those who win less."),
        _rate("lowest_win_rate", Severity.WARNING, column, worst, ranked[::-1], "Review this seller's lost deals."),
    ]


def _rate(check: str, severity: Severity, column: str, rep: Rep, ranked: list[Rep], action: str) -> Finding:
    word = check.split("_", maxsplit=1)[0]
    return Finding(
        check,
        severity,
        f"{rep.name} has the {word} win rate of sellers with at least {MIN_CLOSED} closed deals: {rep.rate} % of "
        f"{rep.won + rep.lost:,}.",
        exact(rep.rate),
        "%",
        action,
        VIEW,
        (Filter(column, "eq", (rep.name,)), CLOSED),
        evidence([one.row for one in ranked]),
    )
