"""Reject a finding."""

from uuid import UUID

from aos_common.errors import InvalidRequest

from aod.domain.finding import Finding, FindingState
from aod.ports import Findings

MAX_NOTE = 2000


async def reject_finding(tenant_id: UUID, finding_id: UUID, note: str, *, findings: Findings) -> Finding:
    """Keep the decision with its note; later scans keep it too. Raises `FindingDecided`."""
    if len(note) > MAX_NOTE:
        raise InvalidRequest(f"A note has at most {MAX_NOTE} characters.", hint="Shorten it.")
    finding = await findings.get(tenant_id, finding_id)
    finding.refuse_decided()
    if not await findings.decide(tenant_id, finding_id, FindingState.REJECTED, note=note.strip()):
        (await findings.get(tenant_id, finding_id)).refuse_decided()
    return await findings.get(tenant_id, finding_id)
