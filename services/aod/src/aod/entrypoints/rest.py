"""AOD over REST."""

from typing import Annotated

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Query

from aod.entrypoints.api import AodApi
from aod.entrypoints.rest_models import (
    ApproveBody,
    FindingOut,
    FindingPage,
    RejectBody,
    ScanBody,
    ScanOut,
    ScanPage,
)

PageSize = Annotated[int, Query(ge=1, le=200)]
Token = Annotated[str, Query(max_length=2000)]


def scan_router(api: AodApi) -> APIRouter:
    """Return the routes of scans."""
    routes = APIRouter(tags=["scans"])

    @routes.post("/scans", status_code=201)
    async def create(body: ScanBody, caller: CurrentCaller) -> ScanOut:
        """Start a scan of a folder or a database; it runs in the background."""
        return ScanOut.of(await api.scan(caller, body.location, body.name))

    @routes.get("/scans")
    async def list_scans(caller: CurrentCaller, page_size: PageSize = 50, page_token: Token = "") -> ScanPage:
        """List scans, newest first."""
        found, token = await api.list_scans(caller, page_size, page_token)
        return ScanPage(scans=[ScanOut.of(scan) for scan in found], next_page_token=token)

    @routes.get("/scans/{scan_id}")
    async def get_scan(scan_id: str, caller: CurrentCaller) -> ScanOut:
        """Return one scan with its progress."""
        return ScanOut.of(await api.get_scan(caller, scan_id))

    return routes


def finding_router(api: AodApi) -> APIRouter:
    """Return the routes of findings."""
    routes = APIRouter(tags=["findings"])

    @routes.get("/findings")
    async def list_findings(
        caller: CurrentCaller,
        state: Annotated[str, Query(max_length=20)] = "",
        page_size: PageSize = 50,
        page_token: Token = "",
    ) -> FindingPage:
        """List findings, highest score first."""
        found, token = await api.list_findings(caller, state, page_size, page_token)
        return FindingPage(findings=[FindingOut.of(finding) for finding in found], next_page_token=token)

    @routes.get("/findings/{finding_id}")
    async def get_finding(finding_id: str, caller: CurrentCaller) -> FindingOut:
        """Return one finding with the profiles of its data sets."""
        return FindingOut.of(await api.finding(caller, finding_id))

    @routes.post("/findings/{finding_id}/approve")
    async def approve(finding_id: str, caller: CurrentCaller, body: ApproveBody | None = None) -> FindingOut:
        """Approve a finding: AAM gets a connection to it."""
        return FindingOut.of(await api.approve(caller, finding_id, body.data_sets if body else []))

    @routes.post("/findings/{finding_id}/reject")
    async def reject(finding_id: str, caller: CurrentCaller, body: RejectBody | None = None) -> FindingOut:
        """Reject a finding; later scans keep the decision."""
        return FindingOut.of(await api.reject(caller, finding_id, body.note if body else ""))

    return routes
