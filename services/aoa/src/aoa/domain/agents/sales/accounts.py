"""Accounts that nobody owns or sells to, and industries that are misspelt."""

from difflib import get_close_matches

from aoa.domain.agents.figures import count, evidence, have, whole
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import MAX_GROUPS, MAX_VALUES, Aggregate, Asking, Filter, GroupBy, Measure, OrderBy, Query

VIEW = "account"
OWNERS = ("owner_id", "owner_name")
UNOWNED = tuple(Filter(column, "is_null") for column in OWNERS)
SIMILAR = 0.84
"""Similarity (difflib ratio) from which a word is taken for a misspelling of another."""
# The industries of Microsoft CDM Account.industryCode and of the Global Industry Classification Standard, in one word.
INDUSTRIES = (
    "accounting", "advertising", "aerospace", "agriculture", "automotive", "banking", "brokers", "chemicals",
    "construction", "consulting", "consumer", "distribution", "education", "electronics", "employment", "energy",
    "engineering", "entertainment", "finance", "financial", "fishing", "food", "government", "healthcare",
    "hospitality", "insurance", "legal", "leisure", "logistics", "manufacturing", "marketing", "media", "medical",
    "mining", "pharmaceuticals", "publishing", "retail", "services", "shipping", "software", "technology",
    "telecommunications", "transportation", "travel", "utilities", "wholesale",
)  # fmt: skip


def accounts_without_owner() -> Asking[list[Finding]]:
    """Accounts whose owner is empty."""
    answer = yield Aggregate(VIEW, (Measure("count", "accounts"), *(Measure("count", c, c) for c in OWNERS)))
    everyone = whole(answer.only.get("accounts"))
    named = sum(whole(answer.only.get(column)) for column in OWNERS)
    unowned = yield Aggregate(VIEW, (Measure("count", "accounts"),), (), UNOWNED)
    accounts = whole(unowned.only.get("accounts"))
    if not accounts:
        return []
    rows = yield Query(VIEW, ("account_name", "industry", "revenue"), UNOWNED, (OrderBy("revenue", True),))
    title = f"{count(accounts, 'account')} of {everyone:,} {have(accounts)} no owner."
    if not named:
        title = f"No data on owners: none of {count(everyone, 'account')} names one."
    return [
        Finding(
            "accounts_without_owner",
            Severity.WARNING,
            title,
            str(accounts),
            "accounts",
            "Give every account an owner, the largest first." if named else "Map the column that names the owner.",
            VIEW,
            UNOWNED,
            evidence(rows.rows),
        )
    ]


def uncovered_accounts() -> Asking[list[Finding]]:
    """Accounts that no opportunity names."""
    named = yield _names("opportunity")
    known = yield _names(VIEW)
    if not named.rows or named.truncated or known.truncated:
        return []
    covered = {row["name"] for row in named.rows}
    missing = [str(row["name"]) for row in known.rows if row["name"] not in covered]
    if not missing:
        return []
    listed = tuple(missing[:MAX_VALUES])
    return [
        Finding(
            "accounts_without_opportunity",
            Severity.INFO,
            f"{count(len(listed), 'account')} have never had an opportunity, among them {listed[0]}.",
            str(len(listed)),
            "accounts",
            "Decide whom to approach, or retire these accounts.",
            VIEW,
            (Filter("account_name", "in", listed),),
            evidence([{"account_name": name} for name in listed]),
        )
    ]


def _names(view: str) -> Aggregate:
    present = Filter("account_name", "not_null")
    order = (OrderBy("rows", True),)
    return Aggregate(
        view, (Measure("count", "rows"),), (GroupBy("account_name", "name"),), (present,), order, MAX_GROUPS
    )


def industry_typos() -> Asking[list[Finding]]:
    """Industries that look like a misspelling of a known one."""
    answer = yield Aggregate(
        VIEW, (Measure("count", "accounts"),), (GroupBy("industry"),), (Filter("industry", "not_null"),)
    )
    found = []
    for row in answer.rows:
        written = str(row["industry"])
        word = written.casefold()
        meant = get_close_matches(word, INDUSTRIES, 1, SIMILAR)
        if not meant or word in INDUSTRIES or word.rstrip("s") == meant[0].rstrip("s"):
            continue
        accounts = whole(row["accounts"])
        found.append(
            Finding(
                "industry_typos",
                Severity.PROBLEM,
                f"{count(accounts, 'account')} {have(accounts)} the industry {written!r}; it looks like {meant[0]!r}.",
                str(accounts),
                "accounts",
                f"Correct {written!r} to {meant[0]!r} in the source.",
                VIEW,
                (Filter("industry", "eq", (written,)),),
                ({**row, "looks_like": meant[0]},),
                written,
            )
        )
    return found
