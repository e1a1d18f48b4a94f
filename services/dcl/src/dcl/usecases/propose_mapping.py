"""Propose a mapping for a stream, and approve it when it is sure."""

from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.flow import Stage, Status, tell

from dcl.domain import proposed as matching
from dcl.domain.mapping import AUTO, PENDING, FieldMapping, Proposal
from dcl.domain.sampled import SampledStream
from dcl.domain.transform import Transform
from dcl.ports import Clock, Flags, Mappings, Matcher
from dcl.usecases.decide_proposal import decide_proposal

MAX_COLUMNS = 2000


async def propose_mapping(
    tenant_id: UUID,
    sampled: SampledStream,
    *,
    hold: bool = False,
    matcher: Matcher,
    mappings: Mappings,
    flags: Flags,
    clock: Clock,
) -> Proposal:
    """Return the stream's proposal, made now or before.

    One of the tier `auto` is approved at once, unless the caller holds it back or the tenant wants a person to look at
    each (`hitl_workflow`). Asking again without `hold` decides about the same proposal.
    """
    if not 1 <= len(sampled.columns) <= MAX_COLUMNS:
        raise InvalidRequest(f"A mapping is proposed for 1 to {MAX_COLUMNS} columns, not {len(sampled.columns)}.")
    found = await matcher.propose(sampled)
    proposal = await mappings.add_proposal(_proposal(tenant_id, sampled, found, clock))
    certain = proposal.state == PENDING and proposal.tier == AUTO
    if certain and not hold and not await flags.is_on(tenant_id, "hitl_workflow", default=False):
        proposal, _ = await decide_proposal(
            tenant_id, proposal.id, AUTO, approved=True, ontology=matcher.ontology, mappings=mappings, clock=clock
        )
    _tell(tenant_id, proposal)
    return proposal


def _tell(tenant_id: UUID, proposal: Proposal) -> None:
    about, stream, entity = f"proposal:{proposal.id}", proposal.stream, proposal.entity or "none"
    fields, sure, done = len(proposal.fields), f"{proposal.entity_confidence:.2f}", Status.SUCCESS
    tell("dcl", tenant_id, Stage.MAPPING_PROPOSED, done, about, stream=stream, entity=entity, fields=fields)
    tell("dcl", tenant_id, Stage.CONFIDENCE_CALCULATED, done, about, confidence=sure, tier=proposal.tier)
    if proposal.state == PENDING:
        tell("dcl", tenant_id, Stage.APPROVAL_REQUIRED, Status.PENDING, about, stream=stream, entity=entity)


def _proposal(tenant_id: UUID, sampled: SampledStream, found: matching.Proposal, clock: Clock) -> Proposal:
    mapped = tuple(_field(item) for item in found.fields if item.attribute)
    return Proposal(
        tenant_id=tenant_id,
        id=sampled.proposal_id(tenant_id),
        connection_id=sampled.connection_id,
        connection_name=sampled.connection_name,
        stream=sampled.stream,
        entity=found.entity if mapped else "",
        state=PENDING,
        tier=found.tier.value,
        entity_confidence=found.score,
        reasons=found.reasons,
        key_columns=found.key,
        fields=mapped,
        extras=tuple(item.source for item in found.fields if not item.attribute),
        created_at=clock(),
    )


def _field(item: matching.FieldProposal) -> FieldMapping:
    return FieldMapping(
        source=item.source,
        attribute=item.attribute or "",
        type=item.type.value if item.type else "",
        transform=item.transform or Transform(),
        confidence=item.confidence,
        tier=item.tier.value,
        reasons=item.reasons,
    )
