"""How connections come into use: what stands in their way, the stages of the funnel, and what a preview is made of."""

from dataclasses import dataclass, field
from enum import StrEnum

from aam.domain.mapping import FieldMapping, Mapping

SAFE_ROWS = 20
"""Rows of a stream that are read in Safe Mode."""
COVERAGE_OBJECTIVE = 0.90
"""Share of the eligible connections that should be active."""
LEFT_OUT = "reject"
"""The tier of fields that an approval leaves out."""


class Stage(StrEnum):
    """A number of the funnel; every connection is in those that its stored state says."""

    ELIGIBLE = "eligible"
    REACHABLE = "reachable"
    ACTIVE = "active"
    AWAITING_CREDENTIALS = "awaiting_credentials"
    NETWORK_BLOCKED = "network_blocked"
    UNSUPPORTED_TYPE = "unsupported_type"
    HEALING = "healing"
    ERROR = "error"
    PENDING = "pending"


@dataclass(frozen=True)
class Funnel:
    """How many connections are in each stage."""

    counts: dict[Stage, int]

    @property
    def coverage(self) -> float | None:
        """Active of eligible connections, 0 to 1; None when none is eligible."""
        eligible = self.counts[Stage.ELIGIBLE]
        return self.counts[Stage.ACTIVE] / eligible if eligible else None

    @property
    def met(self) -> bool:
        """Tell whether the coverage reaches its objective."""
        return self.coverage is not None and self.coverage >= COVERAGE_OBJECTIVE


@dataclass(frozen=True)
class ProposedField:
    """One field of a proposal: how it is read, how sure the matcher is (0 to 1), and why."""

    field: FieldMapping
    confidence: float
    tier: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProposedMapping:
    """DCL's newest proposal for a stream; `entity` is empty when none fits."""

    id: str
    stream: str
    state: str
    tier: str
    entity: str
    confidence: float
    reasons: tuple[str, ...] = ()
    key_columns: tuple[str, ...] = ()
    fields: tuple[ProposedField, ...] = field(default=())
    extras: tuple[str, ...] = ()

    @property
    def mapping(self) -> Mapping | None:
        """The mapping that an approval would bring; None when there is none."""
        fields = tuple(one.field for one in self.fields if one.tier != LEFT_OUT)
        return Mapping(0, self.entity, fields, self.key_columns) if self.entity and fields else None
