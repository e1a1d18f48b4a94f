"""Records that do not join: references to something that is not there."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import partial

from aoa.domain.agents.agent import Examine
from aoa.domain.agents.figures import count, evidence, have, whole
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import (
    MAX_GROUPS,
    MAX_VALUES,
    Aggregate,
    Asking,
    Filter,
    GroupBy,
    Measure,
    OrderBy,
    Row,
)

NAMED = 3
MAX_SUGGESTED = 50
SIMILAR = 0.75
"""Similarity (difflib ratio) from which a name is suggested."""


@dataclass(frozen=True)
class Reference:
    """A column that names rows of another view, as the ontology's `references` say."""

    check: str
    view: str
    column: str
    target: str
    key: str
    noun: str

    @property
    def views(self) -> tuple[str, ...]:
        """Views that must have rows for the question to make sense."""
        return (self.view, self.target)


REFERENCES = (
    Reference("unknown_account", "opportunity", "account_name", "account", "account_name", "account"),
    Reference("unknown_account_id", "opportunity", "account_id", "account", "account_id", "account id"),
    Reference("unknown_product", "opportunity", "product_name", "product", "product_name", "product"),
    Reference("unknown_rep", "opportunity", "owner_name", "sales_rep", "rep_name", "seller"),
    Reference("contact_unknown_account", "contact", "account_name", "account", "account_name", "account"),
    Reference("contact_unknown_account_id", "contact", "account_id", "account", "account_id", "account id"),
)


def without_account() -> Asking[list[Finding]]:
    """Opportunities that name no account at all."""
    nobody = (Filter("account_name", "is_null"), Filter("account_id", "is_null"))
    answer = yield Aggregate("opportunity", (Measure("count", "deals"),), (GroupBy("stage"),), nobody)
    deals = sum(whole(row["deals"]) for row in answer.rows)
    if not deals:
        return []
    return [
        Finding(
            "opportunities_without_account",
            Severity.PROBLEM,
            f"{count(deals, 'opportunity')} {have(deals, 'name')} no account.",
            str(deals),
            "opportunities",
            "Enter the account of each, the ones in late stages first.",
            "opportunity",
            nobody,
            evidence(answer.rows),
        )
    ]


def unknown_names(reference: Reference) -> Examine:
    """Make the check that finds values of the reference's column that name nothing."""
    return partial(_unknown, reference)


def _unknown(reference: Reference) -> Asking[list[Finding]]:
    answer = yield _values(reference.view, reference.column)
    target = yield Aggregate(reference.target, (Measure("count", "known", reference.key),))
    if not answer.rows or not whole(target.only.get("known")):
        return []
    names = [str(row["name"]) for row in answer.rows]
    known = yield from _existing(reference, names)
    unknown = [row for row in answer.rows if str(row["name"]) not in known][:MAX_VALUES]
    if not unknown:
        return []
    candidates = yield _values(reference.target, reference.key)
    meant = _suggestions([str(row["name"]) for row in unknown], [str(row["name"]) for row in candidates.rows])
    return [_finding(reference, unknown, meant)]


def _values(view: str, column: str) -> Aggregate:
    return Aggregate(
        view,
        (Measure("count", "rows"),),
        (GroupBy(column, "name"),),
        (Filter(column, "not_null"),),
        (OrderBy("rows", True),),
        MAX_GROUPS,
    )


def _existing(reference: Reference, names: Sequence[str]) -> Asking[set[str]]:
    """Ask which of the names the target view knows."""
    known: set[str] = set()
    for start in range(0, len(names), MAX_VALUES):
        some = Filter(reference.key, "in", tuple(names[start : start + MAX_VALUES]))
        group = (GroupBy(reference.key, "name"),)
        answer = yield Aggregate(reference.target, (Measure("count", "rows"),), group, (some,), (), MAX_VALUES)
        known |= {str(row["name"]) for row in answer.rows}
    return known


def _suggestions(unknown: Sequence[str], candidates: Sequence[str]) -> dict[str, str]:
    by_letters = {_letters(name): name for name in reversed(candidates)}
    found = {}
    for name in unknown[:MAX_SUGGESTED]:
        near = get_close_matches(_letters(name), list(by_letters), 1, SIMILAR)
        if near:
            found[name] = by_letters[near[0]]
    return found


def _letters(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _selects(reference: Reference, unknown: Sequence[Row]) -> Filter:
    names = tuple(str(row["name"]) for row in unknown)
    return Filter(reference.column, "eq", names) if len(names) == 1 else Filter(reference.column, "in", names)


def _finding(reference: Reference, unknown: Sequence[Row], meant: dict[str, str]) -> Finding:
    rows = sum(whole(row["rows"]) for row in unknown)
    told = ", ".join(
        f"{row['name']}{f' (did you mean {meant[name]}?)' if (name := str(row['name'])) in meant else ''}"
        for row in unknown[:NAMED]
    )
    more = f" and {len(unknown) - NAMED:,} more" if len(unknown) > NAMED else ""
    facts: list[Row] = [{**row, "did_you_mean": meant.get(str(row["name"]))} for row in unknown]
    names = f"a {reference.noun} that does" if len(unknown) == 1 else f"{reference.noun}s that do"
    return Finding(
        reference.check,
        Severity.PROBLEM,
        f"{count(rows, _noun(reference.view))} {have(rows, 'name')} {names} not exist: {told}{more}.",
        str(rows),
        _plural(reference.view),
        f"Correct the name in the source, or add the {reference.noun}.",
        reference.view,
        (_selects(reference, unknown),),
        evidence(facts),
    )


def _noun(view: str) -> str:
    return view.replace("_", " ")


def _plural(view: str) -> str:
    return count(0, _noun(view)).removeprefix("0 ")
