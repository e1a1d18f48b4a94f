"""Totals of the bill, and what its parts are."""

import json
from collections import Counter
from collections.abc import Iterable
from decimal import Decimal

from aoa.domain.agents.cost.ledger import BILLED, EFFECTIVE, VIEW, Ledger
from aoa.domain.agents.figures import count, decimal, evidence, exact, percent, whole
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import Aggregate, Asking, Filter, GroupBy, Measure, OrderBy, Query, Row

TAGS = "Tags"
TAG_KEYS = 3
TAG_SAMPLE = 1000
NO_TAGS = ("", "{}", "null")
UNTAGGED_WARNING = Decimal(20)


def totals(ledger: Ledger) -> Asking[list[Finding]]:
    """The bill's exact totals, as invoiced and as amortised."""
    yield from ()
    row: Row = {"rows": ledger.rows, BILLED: exact(ledger.billed)}
    found = [
        Finding(
            "total_billed_cost",
            Severity.INFO,
            f"{count(ledger.rows, 'charge')} bill {ledger.amount(ledger.billed)} in all.",
            exact(ledger.billed),
            ledger.unit,
            "Reconcile this total with the provider's invoice.",
            VIEW,
            ledger.filters,
            (row,),
            ledger.currency,
        )
    ]
    if ledger.effective is None:
        return [*found, _no_effective_cost(ledger)]
    found.append(
        Finding(
            "total_effective_cost",
            Severity.INFO,
            f"Amortised after all discounts the same charges cost {ledger.amount(ledger.effective)}.",
            exact(ledger.effective),
            ledger.unit,
            "Use this figure, not the billed one, to charge teams for what they use.",
            VIEW,
            ledger.filters,
            ({**row, EFFECTIVE: exact(ledger.effective)},),
            ledger.currency,
        )
    )
    return found


def _no_effective_cost(ledger: Ledger) -> Finding:
    return Finding(
        "total_effective_cost",
        Severity.WARNING,
        "No data: not every charge has an effective cost, so the analysis below uses the billed cost.",
        "no data",
        "",
        "Export the bill with the FOCUS column EffectiveCost, or map the column that holds it.",
        VIEW,
        (*ledger.filters, Filter(EFFECTIVE, "is_null")),
        (),
        ledger.currency,
    )


def _column_with_data(columns: tuple[str, ...], ledger: Ledger) -> Asking[str]:
    answer = yield Aggregate(VIEW, tuple(Measure("count", c, c) for c in columns), (), ledger.filters)
    return next((column for column in columns if whole(answer.only.get(column))), "")


def cost_by(noun: str, columns: tuple[str, ...], ledger: Ledger) -> Asking[list[Finding]]:
    """The dearest service, region or account; `columns` are tried in turn until one has data."""
    column = yield from _column_with_data(columns, ledger)
    if not column:
        return []
    answer = yield ledger.cost_by(GroupBy(column))
    top = answer.rows[0]
    name, cost = top[column], decimal(top["cost"])
    mine = Filter(column, "is_null") if name is None else Filter(column, "eq", (str(name),))
    called = f"Charges without a {noun}" if name is None else f"{name} is the dearest {noun}:"
    return [
        Finding(
            f"cost_by_{noun}",
            Severity.INFO,
            f"{called} {'cost ' if name is None else ''}{ledger.amount(cost)}{ledger.share(cost)}.",
            exact(cost),
            ledger.unit,
            f"Look for savings in the {noun} at the top of this list first.",
            VIEW,
            (*ledger.filters, mine),
            evidence(answer.rows),
            ledger.currency,
        )
    ]


def _keys(documents: Iterable[object]) -> list[str]:
    """The most frequent keys of tags."""
    seen: Counter[str] = Counter()
    for text in documents:
        try:
            tags = json.loads(str(text))
        except ValueError:
            continue  # a source may hold anything in its tags; what is no JSON has no keys
        if isinstance(tags, dict):
            seen.update({str(key) for key in tags if str(key).strip()})
    return sorted(seen, key=lambda key: (-seen[key], key))[:TAG_KEYS]


def cost_by_tag(ledger: Ledger) -> Asking[list[Finding]]:
    """What the rows of each of the most frequent tags cost, and the dearest value."""
    tagged = (*ledger.filters, Filter(TAGS, "not_null"))
    sample = yield Query(VIEW, (TAGS,), tagged, (OrderBy(ledger.column, True),), TAG_SAMPLE)
    found = []
    for key in _keys(row[TAGS] for row in sample.rows):
        # As the key stands in the JSON text; QueryView has no condition on a key itself.
        carries = Filter(TAGS, "contains", (f"{json.dumps(key, ensure_ascii=False)}:",))
        cost, rows = yield from ledger.cost_of(carries)
        values = yield ledger.cost_by(GroupBy(TAGS, "value", json_key=key), also=(carries,))
        named = [row for row in values.rows if row["value"] is not None]
        if not named:
            continue
        best = f"{named[0]['value']!s} with {ledger.amount(decimal(named[0]['cost']))}"
        found.append(
            Finding(
                "cost_by_tag",
                Severity.INFO,
                f"{count(rows, 'charge')} with the tag {key!r} cost {ledger.amount(cost)}; most goes to {best}.",
                exact(cost),
                ledger.unit,
                f"Share this cost out by the values of {key!r}.",
                VIEW,
                (*ledger.filters, carries),
                evidence(named),
                f"{ledger.currency}:{key}",
            )
        )
    return found


def untagged_spend(ledger: Ledger) -> Asking[list[Finding]]:
    """What nobody can be charged for: rows without tags."""
    found = []
    for subject, mine in (("none", Filter(TAGS, "is_null")), ("empty", Filter(TAGS, "in", NO_TAGS))):
        cost, rows = yield from ledger.cost_of(mine)
        if rows == ledger.rows:
            return [_no_tags(ledger, mine)]
        if not rows:
            continue
        services = yield ledger.cost_by(GroupBy("ServiceName"), also=(mine,))
        grave = ledger.cost > 0 and percent(cost, ledger.cost) >= UNTAGGED_WARNING
        found.append(
            Finding(
                "untagged_spend",
                Severity.WARNING if grave else Severity.INFO,
                f"{count(rows, 'charge')} without tags cost {ledger.amount(cost)}{ledger.share(cost)}.",
                exact(cost),
                ledger.unit,
                "Tag these resources with their owner, the dearest service first.",
                VIEW,
                (*ledger.filters, mine),
                evidence(services.rows),
                f"{ledger.currency}:{subject}",
            )
        )
    return found


def _no_tags(ledger: Ledger, mine: Filter) -> Finding:
    return Finding(
        "untagged_spend",
        Severity.WARNING,
        f"No data: none of {count(ledger.rows, 'charge')} has tags, so cost cannot be shared out.",
        "no data",
        "",
        "Switch cost allocation tags on at the provider, or map the column that holds them.",
        VIEW,
        (*ledger.filters, mine),
        (),
        ledger.currency,
    )
