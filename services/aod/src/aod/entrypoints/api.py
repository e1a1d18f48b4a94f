"""The use cases with their ports filled in: what REST, gRPC and worker call."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.errors import InvalidRequest
from aos_common.paging import decode_token, encode_token, page_size

from aod.domain.finding import Finding, FindingState
from aod.domain.scan import Scan
from aod.ports import Clock, Connections, Findings, Places, Scans
from aod.usecases.approve_finding import approve_finding
from aod.usecases.reject_finding import reject_finding
from aod.usecases.request_scan import request_scan
from aod.usecases.run_scan import run_scan


@dataclass(frozen=True)
class AodApi:
    """AOD's use cases, wired."""

    places: Places
    scans: Scans
    findings: Findings
    connections: Connections
    clock: Clock

    async def scan(self, caller: Caller, location: str, name: str) -> Scan:
        """Ask for a scan."""
        require(caller, Permission.DISCOVERY_WRITE)
        return await request_scan(
            caller.tenant_id, location, name, places=self.places, scans=self.scans, clock=self.clock
        )

    async def get_scan(self, caller: Caller, scan_id: str) -> Scan:
        """One scan with its progress."""
        require(caller, Permission.DISCOVERY_READ)
        return await self.scans.get(caller.tenant_id, parse_id(scan_id))

    async def list_scans(self, caller: Caller, size: int, token: str) -> tuple[list[Scan], str]:
        """A page of scans, newest first, and the token of the next."""
        require(caller, Permission.DISCOVERY_READ)
        limit, place = page_size(size), decode_token(token, 1)
        found = await self.scans.page(caller.tenant_id, limit + 1, parse_id(str(place[0])) if place else None)
        return found[:limit], encode_token([str(found[limit - 1].id)]) if len(found) > limit else ""

    async def finding(self, caller: Caller, finding_id: str) -> Finding:
        """One finding with the profiles of its data sets."""
        require(caller, Permission.DISCOVERY_READ)
        return await self.findings.get(caller.tenant_id, parse_id(finding_id))

    async def list_findings(self, caller: Caller, state: str, size: int, token: str) -> tuple[list[Finding], str]:
        """A page of findings, highest score first, and the token of the next."""
        require(caller, Permission.DISCOVERY_READ)
        limit, wanted = page_size(size), _state(state)
        found = await self.findings.page(caller.tenant_id, wanted, limit + 1, _place(token))
        if len(found) <= limit:
            return found, ""
        last = found[limit - 1]
        return found[:limit], encode_token([repr(last.score), str(last.id)])

    async def approve(self, caller: Caller, finding_id: str, data_sets: Sequence[str]) -> Finding:
        """Approve a finding."""
        require(caller, Permission.DISCOVERY_WRITE)
        return await approve_finding(
            caller.tenant_id,
            caller.token,
            parse_id(finding_id),
            data_sets,
            findings=self.findings,
            connections=self.connections,
        )

    async def reject(self, caller: Caller, finding_id: str, note: str) -> Finding:
        """Reject a finding."""
        require(caller, Permission.DISCOVERY_WRITE)
        return await reject_finding(caller.tenant_id, parse_id(finding_id), note, findings=self.findings)

    async def run_scan(self, tenant_id: UUID, scan_id: UUID) -> None:
        """Run a scan to its end."""
        await run_scan(tenant_id, scan_id, places=self.places, scans=self.scans, clock=self.clock)

    async def give_up(self, tenant_id: UUID, scan_id: UUID, error: str) -> None:
        """End a scan that cannot be finished."""
        await self.scans.fail(tenant_id, scan_id, error, self.clock())


def parse_id(text: str) -> UUID:
    """A UUID from a request; `InvalidRequest` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest("The id is not a UUID.", hint="Use an id that this API gave out.") from None


def _state(text: str) -> FindingState | None:
    try:
        return FindingState(text) if text else None
    except ValueError:
        states = ", ".join(state.value for state in FindingState)
        raise InvalidRequest("There is no such state.", hint=f"Choose one of {states}, or none.") from None


def _place(token: str) -> tuple[float, UUID] | None:
    values = decode_token(token, 2)
    if values is None:
        return None
    try:
        return float(values[0]), parse_id(str(values[1]))
    except (TypeError, ValueError):
        raise InvalidRequest("The page token is not one this API gave out.", hint="Start again without it.") from None
