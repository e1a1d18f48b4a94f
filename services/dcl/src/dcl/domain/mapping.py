"""Mappings: versions in force, and the proposals they come from."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from dcl.domain.errors import ProposalDecided, ProposalNotApprovable
from dcl.domain.ontology import Entity
from dcl.domain.transform import Transform

PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"
AUTO, QUEUE, REJECT = "auto", "queue", "reject"


@dataclass(frozen=True)
class FieldMapping:
    """One source column mapped to one attribute."""

    source: str
    attribute: str
    type: str
    transform: Transform
    confidence: float
    tier: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Proposal:
    """A mapping somebody may approve. `entity` is empty when none fits."""

    tenant_id: UUID
    id: UUID
    connection_id: str
    connection_name: str
    stream: str
    entity: str
    state: str
    tier: str
    entity_confidence: float
    reasons: tuple[str, ...]
    key_columns: tuple[str, ...]
    fields: tuple[FieldMapping, ...]
    extras: tuple[str, ...]
    created_at: datetime
    decided_by: str = ""


@dataclass(frozen=True)
class Mapping:
    """A mapping version; `version` is 0 until it is stored."""

    tenant_id: UUID
    connection_id: str
    connection_name: str
    stream: str
    version: int
    entity: str
    key_columns: tuple[str, ...]
    fields: tuple[FieldMapping, ...]
    approved_by: str


def approve(proposal: Proposal, entity: Entity, by: str, without: Collection[str] = ()) -> tuple[Proposal, Mapping]:
    """Approve a proposal without some attributes; raise when it was decided before or would map too little.

    Fields of the tier `reject` are left out: they were shown as unlikely, and stay with the record as extras.
    """
    require_pending(proposal)
    unknown = set(without) - {item.attribute for item in proposal.fields}
    if unknown:
        raise ProposalNotApprovable(f"The proposal has no attribute {', '.join(sorted(unknown))} to leave out.")
    fields = tuple(item for item in proposal.fields if item.attribute not in without and item.tier != REJECT)
    if not fields:
        raise ProposalNotApprovable("Nothing would be mapped.", hint="Keep at least one attribute, or reject it.")
    mapped = {item.attribute for item in fields}
    missing = [a.name for a in entity.attributes if a.required and a.name not in mapped]
    if missing:
        raise ProposalNotApprovable(
            f"{entity.title} needs {', '.join(missing)}, which no column provides.",
            hint="Reject the proposal, or give the source a column for it.",
        )
    extras = proposal.extras + tuple(item.source for item in proposal.fields if item not in fields)
    approved = replace(proposal, state=APPROVED, decided_by=by, fields=fields, extras=extras)
    mapping = Mapping(
        tenant_id=proposal.tenant_id,
        connection_id=proposal.connection_id,
        connection_name=proposal.connection_name,
        stream=proposal.stream,
        version=0,
        entity=proposal.entity,
        key_columns=proposal.key_columns,
        fields=fields,
        approved_by=by,
    )
    return approved, mapping


def reject(proposal: Proposal, by: str) -> Proposal:
    """Reject a proposal; raise when it was decided before."""
    require_pending(proposal)
    return replace(proposal, state=REJECTED, decided_by=by)


def require_pending(proposal: Proposal) -> None:
    """Raise `ProposalDecided` unless the proposal still waits."""
    if proposal.state != PENDING:
        raise ProposalDecided(f"The proposal was {proposal.state} before.")
