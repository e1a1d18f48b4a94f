"""How much a finding deserves a look, as a number and in words.

The score is the weighted mean of six shares between 0 and 1, over those that are known:

| share | weight | value |
|---|---|---|
| readability | 0.25 | data sets that can be read / all |
| business look | 0.25 | readable data sets with a column named in business terms / readable ones |
| volume | 0.20 | log10(1 + rows) / 6, at most 1: a million rows are enough; an uncounted data set counts 100,000 |
| keys | 0.10 | readable data sets whose rows a column identifies / readable ones |
| personal data | 0.10 | 1 when there is any, because somebody has to know of it |
| freshness | 0.10 | 1 when changed within 30 days, falling evenly to 0 at two years; unknown for databases |

A finding without a readable data set scores 0.
"""

import math
import re
from dataclasses import dataclass, field
from datetime import datetime

from aod.domain.finding import DataSet

UNCOUNTED = 100_000
ENOUGH_ROWS = 6.0
FRESH_DAYS, STALE_DAYS = 30, 730
NAMED = 4
# fmt: off
BUSINESS = frozenset({
    "account", "amount", "billed", "billing", "budget", "campaign", "charge", "churn", "client", "close", "contact",
    "contract", "cost", "currency", "customer", "deal", "discount", "employee", "industry", "invoice", "lead",
    "opportunity", "order", "payment", "pipeline", "plan", "price", "product", "quantity", "region", "renewal",
    "resource", "revenue", "sales", "service", "sku", "stage", "subscription", "supplier", "tax", "ticket", "usage",
    "vendor",
})
# fmt: on


@dataclass
class Evidence:
    """What the score is computed from, gathered data set by data set so that none has to be kept."""

    total: int = 0
    readable: int = 0
    rows: int = 0
    uncounted: int = 0
    business: int = 0
    keyed: int = 0
    terms: dict[str, None] = field(default_factory=dict)
    personal: dict[str, str] = field(default_factory=dict)
    newest: datetime | None = None

    def add(self, data_set: DataSet) -> None:
        """Take a data set into account."""
        self.total += 1
        if data_set.error:
            return
        self.readable += 1
        self.rows += max(0, data_set.rows)
        self.uncounted += data_set.rows < 0
        self.keyed += data_set.keyed
        named = [column.name for column in data_set.columns if _words(column.name) & BUSINESS]
        self.business += bool(named)
        self.terms.update(dict.fromkeys(named[: NAMED - len(self.terms)] if len(self.terms) < NAMED else ()))
        for column in data_set.columns:
            if column.pii:
                self.personal.setdefault(column.pii, f"{data_set.name}: {column.name}")
        if data_set.modified_at and (self.newest is None or data_set.modified_at > self.newest):
            self.newest = data_set.modified_at


def score(evidence: Evidence, now: datetime) -> float:
    """The score by the module's formula, 0 to 1 with three decimals."""
    if not evidence.readable:
        return 0.0
    readable = evidence.readable
    rows = evidence.rows + UNCOUNTED * evidence.uncounted
    shares = [
        (0.25, readable / evidence.total),
        (0.25, evidence.business / readable),
        (0.20, min(1.0, math.log10(1 + rows) / ENOUGH_ROWS)),
        (0.10, evidence.keyed / readable),
        (0.10, 1.0 if evidence.personal else 0.0),
    ]
    if evidence.newest:
        age = max(0, (now - evidence.newest).days)
        shares.append((0.10, min(1.0, max(0.0, (STALE_DAYS - age) / (STALE_DAYS - FRESH_DAYS)))))
    return round(sum(weight * share for weight, share in shares) / sum(weight for weight, _ in shares), 3)


def reasons(evidence: Evidence, now: datetime) -> list[str]:
    """What the score is made of, in words."""
    if not evidence.total:
        return ["no data set was found"]
    told = [f"{evidence.readable} of {_count(evidence.total, 'data set')} can be read"]
    if not evidence.readable:
        return told
    uncounted = f", and {_count(evidence.uncounted, 'data set')} too large to count" if evidence.uncounted else ""
    told.append(f"{_count(evidence.rows, 'row')}{uncounted}")
    terms = f": {', '.join(evidence.terms)}" if evidence.terms else ""
    told.append(f"business columns in {_count(evidence.business, 'data set')}{terms}")
    told.append(f"a key column in {_count(evidence.keyed, 'data set')}")
    for kind, where in evidence.personal.items():
        told.append(f"personal data, {kind.replace('_', ' ')} ({where})")
    if evidence.newest:
        days = (now - evidence.newest).days
        told.append(f"last changed {_count(days, 'day')} ago" if days > 0 else "last changed today")
    return told


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _words(name: str) -> set[str]:
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    words = re.findall(r"[a-z]+", parted.lower())
    return {*words, *(word.removesuffix("s") for word in words)}
