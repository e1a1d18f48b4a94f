"""The cloud bill by currency: amounts of different currencies are never added."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from aoa.domain.agents.agent import Examine
from aoa.domain.agents.figures import decimal, percent, short, whole
from aoa.domain.finding import Finding
from aoa.domain.question import Aggregate, Asking, Filter, GroupBy, Measure, OrderBy

VIEW = "cloud_cost"
MAX_CURRENCIES = 5
BILLED, EFFECTIVE = "BilledCost", "EffectiveCost"


@dataclass(frozen=True)
class Ledger:
    """The part of the bill in one currency; `effective` is None where rows lack an effective cost.

    `filters` select its rows; there are none when the whole bill has one currency.
    """

    currency: str
    filters: tuple[Filter, ...]
    rows: int
    billed: Decimal
    effective: Decimal | None

    @property
    def column(self) -> str:
        """The cost to analyse: amortised after discounts where every row has it, else as invoiced."""
        return BILLED if self.effective is None else EFFECTIVE

    @property
    def cost(self) -> Decimal:
        """The sum of `column`."""
        return self.billed if self.effective is None else self.effective

    @property
    def word(self) -> str:
        """What to call the cost."""
        return "billed cost" if self.effective is None else "effective cost"

    @property
    def unit(self) -> str:
        """The currency, or that the bill names none."""
        return self.currency or "no currency named"

    def amount(self, value: Decimal) -> str:
        """Write an amount for people."""
        return f"{short(value)} {self.currency}".strip()

    def share(self, part: Decimal) -> str:
        """Write a part of the cost as a share of it, or nothing where credits make it meaningless."""
        return f" ({percent(part, self.cost)} % of {self.word})" if 0 <= part <= self.cost and self.cost else ""

    def cost_by(self, *groups: GroupBy, also: tuple[Filter, ...] = (), limit: int = 100) -> Aggregate:
        """Ask for `cost` and `rows` of each group, dearest first."""
        return Aggregate(
            VIEW,
            (Measure("sum", "cost", self.column), Measure("count", "rows")),
            groups,
            self.filters + also,
            (OrderBy("cost", descending=True),),
            limit,
        )

    def cost_of(self, *filters: Filter) -> Asking[tuple[Decimal, int]]:
        """Ask for the cost and the number of the rows that filters select."""
        answer = yield Aggregate(
            VIEW, (Measure("sum", "cost", self.column), Measure("count", "rows")), (), self.filters + filters
        )
        return decimal(answer.only.get("cost")), whole(answer.only.get("rows"))


def ledgers() -> Asking[list[Ledger]]:
    """Ask for the bill's currencies, the one with most rows first."""
    measures = (
        Measure("count", "rows"),
        Measure("sum", "billed", BILLED),
        Measure("sum", "effective", EFFECTIVE),
        Measure("count", "priced", EFFECTIVE),
    )
    answer = yield Aggregate(
        VIEW, measures, (GroupBy("BillingCurrency", "currency"),), (), (OrderBy("rows", True),), MAX_CURRENCIES
    )
    found = []
    for row in answer.rows:
        currency = str(row["currency"] or "")
        only = len(answer.rows) == 1
        mine = Filter("BillingCurrency", "eq", (currency,)) if currency else Filter("BillingCurrency", "is_null")
        rows = whole(row["rows"])
        effective = decimal(row["effective"]) if whole(row["priced"]) == rows else None
        found.append(Ledger(currency, () if only else (mine,), rows, decimal(row["billed"]), effective))
    return found


def per_currency(examine: Callable[[Ledger], Asking[list[Finding]]]) -> Examine:
    """Make a check of the whole bill from one of a single currency."""

    def check() -> Asking[list[Finding]]:
        found: list[Finding] = []
        for ledger in (yield from ledgers()):
            found += yield from examine(ledger)
        return found

    return check
