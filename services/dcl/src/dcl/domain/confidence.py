"""From evidence to confidence: the chance that an assigned pair is right."""

import math
from enum import StrEnum

AUTO_APPLY = 0.85
QUEUE = 0.60
UNDECIDED = 0.75
"""A reading that the samples do not decide is for a person, however sure the pair is."""

_INTERCEPT, _EVIDENCE, _MARGIN = -3.23, 5.10, 7.54


class Tier(StrEnum):
    """What happens with a field or a proposal: applied, shown to a person, or left in `extras`."""

    AUTO = "auto"
    QUEUE = "queue"
    REJECT = "reject"


def pair_confidence(evidence: float, rival: float) -> float:
    """Chance in [0, 1] that an assigned pair is right.

    `evidence` in [0, 1] is the pair's, `rival` the greatest of any other pair of either column. Logistic regression
    over the 249 assigned pairs of twelve public schema pairs (those of `benchmarks/q1_mapping.py`). Fitted without the
    schema pair it judges, 92 % of the pairs from .85 up are in the published truth (which is not exhaustive), 86 % of
    those in [.6, .85) and 17 % of those below.
    """
    return 1 / (1 + math.exp(-(_INTERCEPT + _EVIDENCE * evidence + _MARGIN * (evidence - rival))))


def field_confidence(pair: float, fit: float, certain: bool) -> float:
    """The pair's confidence, lowered by samples the reading does not fit and by readings the samples do not decide."""
    confidence = pair * fit
    return confidence if certain else min(confidence, UNDECIDED)


def tier_of(confidence: float) -> Tier:
    """The tier of a confidence."""
    if confidence >= AUTO_APPLY:
        return Tier.AUTO
    return Tier.QUEUE if confidence >= QUEUE else Tier.REJECT
