"""Approve or reject a proposal."""

from collections.abc import Collection
from uuid import UUID

from dcl.domain.errors import ProposalNotApprovable
from dcl.domain.mapping import Mapping, Proposal, approve, reject
from dcl.domain.ontology import Ontology
from dcl.ports import Clock, Mappings


async def decide_proposal(
    tenant_id: UUID,
    proposal_id: UUID,
    by: str,
    *,
    approved: bool,
    without: Collection[str] = (),
    ontology: Ontology,
    mappings: Mappings,
    clock: Clock,
) -> tuple[Proposal, Mapping | None]:
    """Store the decision; an approval returns the mapping version that came into force."""
    proposal = await mappings.get_proposal(tenant_id, proposal_id)
    if not approved:
        rejected = reject(proposal, by)
        await mappings.decide(rejected, None, clock())
        return rejected, None
    if not proposal.entity:
        raise ProposalNotApprovable("No entity fits this data set.", hint="Reject it; its rows stay in landing.")
    decided, mapping = approve(proposal, ontology.entity(proposal.entity), by, without)
    return decided, await mappings.decide(decided, mapping, clock())
