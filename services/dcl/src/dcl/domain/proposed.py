"""What the matcher proposes for a data set; apart from the matcher, whose parts take much memory."""

from dataclasses import dataclass

from dcl.domain.confidence import Tier
from dcl.domain.ontology import AttributeType
from dcl.domain.transform import Transform


@dataclass(frozen=True, slots=True)
class FieldProposal:
    """One source column; without an attribute it stays in `extras`. `score` is the evidence, in [0, 1]."""

    source: str
    attribute: str | None
    type: AttributeType | None
    score: float
    confidence: float
    tier: Tier
    reasons: tuple[str, ...]
    transform: Transform | None


@dataclass(frozen=True, slots=True)
class Proposal:
    """A mapping proposed for a data set.

    `score` in [0, 1] is how well the entity suits; `alternatives` are the other entities with theirs, best first.
    `key`: source columns that identify a row; empty = its place in the file does. `tier` is never `auto` unless the
    choice of the entity is clear and every required attribute, and a key where the entity has one, is mapped surely.
    """

    data_set: str
    entity: str
    score: float
    fields: tuple[FieldProposal, ...]
    key: tuple[str, ...]
    tier: Tier
    reasons: tuple[str, ...]
    alternatives: tuple[tuple[str, float], ...]
