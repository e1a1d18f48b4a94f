"""Commitments and unit prices: is what was bought used, and does one thing have one price?"""

from collections import defaultdict
from decimal import Decimal

from aoa.domain.agents.cost.ledger import VIEW, Ledger
from aoa.domain.agents.figures import count, decimal, evidence, exact, percent, whole
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import MAX_GROUPS, Aggregate, Asking, Filter, GroupBy, Measure, OrderBy, Row

COMMITMENT = Filter("CommitmentDiscountId", "not_null")
USAGE = Filter("ChargeCategory", "eq", ("Usage",))
LOW_COVERAGE = Decimal(50)
MAX_PRICES = 1000
MAX_DEAR = 3
PRICES = ("ListUnitPrice", "ContractedUnitPrice")


def commitment_coverage(ledger: Ledger) -> Asking[list[Finding]]:
    """The share of the cost of usage that falls under a commitment (FOCUS: a charge with a CommitmentDiscountId)."""
    measures = (Measure("count", "ids", "CommitmentDiscountId"), Measure("count", "models", "PricingCategory"))
    known = (yield Aggregate(VIEW, measures, (), ledger.filters)).only
    if not whole(known.get("ids")) and not whole(known.get("models")):
        return []
    # Providers that name no commitment still say by which model they priced a charge.
    covered_by = COMMITMENT if whole(known.get("ids")) else Filter("PricingCategory", "eq", ("Committed",))
    usage, charges = yield from ledger.cost_of(USAGE)
    covered, rows = yield from ledger.cost_of(USAGE, covered_by)
    if usage <= 0 or not charges:
        return []
    share = percent(covered, usage)
    models = yield ledger.cost_by(GroupBy("PricingCategory"), also=(USAGE,))
    return [
        Finding(
            "commitment_coverage",
            Severity.INFO if share >= LOW_COVERAGE else Severity.WARNING,
            f"{share} % of the {ledger.word} of usage is under a commitment: {ledger.amount(covered)} of "
            f"{ledger.amount(usage)}, {count(rows, 'charge')}.",
            exact(share),
            "%",
            "Commit to the steady part of what is bought on demand, beginning with the dearest service.",
            VIEW,
            (*ledger.filters, USAGE, covered_by),
            evidence(models.rows),
            ledger.currency,
        )
    ]


def unused_commitment(ledger: Ledger) -> Asking[list[Finding]]:
    """What was committed to and left unused (FOCUS: CommitmentDiscountStatus Unused)."""
    unused = Filter("CommitmentDiscountStatus", "eq", ("Unused",))
    cost, rows = yield from ledger.cost_of(unused)
    if not rows:
        return []
    groups = yield ledger.cost_by(GroupBy("CommitmentDiscountId"), also=(unused,))
    return [
        Finding(
            "unused_commitment",
            Severity.PROBLEM if cost > 0 else Severity.INFO,
            f"{ledger.amount(cost)} of commitments went unused in {count(rows, 'charge')}{ledger.share(cost)}.",
            exact(cost),
            ledger.unit,
            "Move workloads onto these commitments, exchange them, or let them run out.",
            VIEW,
            (*ledger.filters, unused),
            evidence(groups.rows),
            ledger.currency,
        )
    ]


def unit_price_outliers(ledger: Ledger) -> Asking[list[Finding]]:
    """Price ids that charge more than one unit price, and contracts dearer than the list."""
    groups = tuple(GroupBy(name) for name in ("SkuPriceId", "PricingUnit", *PRICES))
    question = Aggregate(
        VIEW,
        (Measure("sum", "cost", ledger.column), Measure("count", "rows")),
        groups,
        (*ledger.filters, Filter("SkuPriceId", "not_null")),
        (OrderBy("rows", True),),
        MAX_GROUPS,
    )
    answer = yield question
    return [*_many_prices(ledger, answer.rows), *_above_list(ledger, answer.rows)]


def _many_prices(ledger: Ledger, rows: tuple[Row, ...]) -> list[Finding]:
    seen: dict[tuple[str, str], dict[str, set[Decimal]]] = defaultdict(lambda: defaultdict(set))
    for row in rows:
        for column in PRICES:
            price = decimal(row[column])
            # A price of zero says that the provider gave none, or that the use is free of charge.
            if price > 0:
                seen[str(row["SkuPriceId"]), str(row["PricingUnit"])][column].add(price)
    spread = [
        (max(prices) / min(prices), sku, unit, column, prices)
        for (sku, unit), columns in seen.items()
        for column, prices in columns.items()
        if len(prices) > 1
    ]
    if not spread:
        return []
    spread.sort(key=lambda item: (-item[0], item[1], item[3]))
    ids = list(dict.fromkeys(sku for _, sku, _, _, _ in spread))[:MAX_PRICES]
    ratio, sku, unit, column, prices = spread[0]
    facts: list[Row] = [
        {"SkuPriceId": s, "PricingUnit": u, "column": c, "lowest": exact(min(p)), "highest": exact(max(p))}
        for _, s, u, c, p in spread
    ]
    return [
        Finding(
            "unit_price_outliers",
            Severity.WARNING,
            f"{count(len(ids), 'price id')} charged more than one price for the same unit; {sku} has a {column} of "
            f"{exact(min(prices))} and of {exact(max(prices))} per {unit} ({ratio:.2f} times).",
            str(len(ids)),
            "price ids",
            "Ask the provider why one price id has several prices, and claim the difference.",
            VIEW,
            (*ledger.filters, Filter("SkuPriceId", "in", tuple(ids))),
            evidence(facts),
            f"{ledger.currency}:many",
        )
    ]


def _above_list(ledger: Ledger, rows: tuple[Row, ...]) -> list[Finding]:
    dear = [row for row in rows if decimal(row[PRICES[1]]) > decimal(row[PRICES[0]]) > 0]
    dear.sort(key=lambda row: -(decimal(row[PRICES[1]]) / decimal(row[PRICES[0]])))
    return [_dear(ledger, row) for row in dear[:MAX_DEAR]]


def _dear(ledger: Ledger, row: Row) -> Finding:
    listed, agreed = decimal(row[PRICES[0]]), decimal(row[PRICES[1]])
    charges = whole(row["rows"])
    return Finding(
        "contract_above_list",
        Severity.WARNING,
        f"{row['SkuPriceId']} has a contracted price of {exact(agreed)} per {row['PricingUnit']}, above its list price "
        f"of {exact(listed)} ({count(charges, 'charge')}).",
        exact(agreed),
        f"{ledger.currency} per {row['PricingUnit']}".strip(),
        "Ask the provider to correct the contracted price of this price id.",
        VIEW,
        (
            *ledger.filters,
            Filter("SkuPriceId", "eq", (str(row["SkuPriceId"]),)),
            Filter(PRICES[0], "eq", (exact(listed),)),
            Filter(PRICES[1], "eq", (exact(agreed),)),
        ),
        (row,),
        f"{ledger.currency}:{row['SkuPriceId']}:{exact(listed)}:{exact(agreed)}",
    )
