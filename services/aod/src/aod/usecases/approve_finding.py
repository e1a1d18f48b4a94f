"""Approve a finding: the mesh gets a connection to it."""

from collections.abc import Sequence
from uuid import UUID

from aod.domain.finding import Finding, FindingState
from aod.ports import Connections, ConnectionWish, Findings


async def approve_finding(
    tenant_id: UUID,
    token: str,
    finding_id: UUID,
    data_sets: Sequence[str],
    *,
    findings: Findings,
    connections: Connections,
) -> Finding:
    """Create the connection with the caller's `token` and keep the decision.

    Repeating an approval that broke off is harmless: the finding's id names the request, so AAM answers with the same
    connection. Raises `FindingDecided`, `NothingReadable`, `UnknownDataSet`, `DataSetUnreadable`.
    """
    finding = await findings.get(tenant_id, finding_id)
    finding.refuse_decided()
    wish = ConnectionWish(
        name=finding.name,
        kind=finding.kind,
        location=finding.location,
        url=await findings.url(tenant_id, finding_id),
        streams=finding.choose(data_sets),
        request_id=str(finding_id),
    )
    connection_id = await connections.create(token, wish)
    kept = await findings.decide(tenant_id, finding_id, FindingState.APPROVED, connection_id=connection_id)
    decided = await findings.get(tenant_id, finding_id)
    if not kept:
        decided.refuse_decided()
    return decided
