"""AOD over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.aod.v1 import discovery_pb2 as pb
from autonomos.aod.v1 import discovery_pb2_grpc as stubs

from aod.entrypoints.api import AodApi
from aod.entrypoints.wire import finding_message, scan_message

Context = grpc.aio.ServicerContext[Any, Any]


class DiscoveryServicer(stubs.DiscoveryServiceServicer):
    """Serves DiscoveryService."""

    def __init__(self, api: AodApi) -> None:
        self._api = api

    async def CreateScan(self, request: pb.CreateScanRequest, context: Context) -> pb.CreateScanResponse:
        """Start a scan."""
        made = await self._api.scan(current_caller(), request.location, request.name)
        return pb.CreateScanResponse(scan=scan_message(made))

    async def GetScan(self, request: pb.GetScanRequest, context: Context) -> pb.GetScanResponse:
        """Return one scan with its progress."""
        return pb.GetScanResponse(scan=scan_message(await self._api.get_scan(current_caller(), request.scan_id)))

    async def ListScans(self, request: pb.ListScansRequest, context: Context) -> pb.ListScansResponse:
        """List scans, newest first."""
        found, token = await self._api.list_scans(current_caller(), request.page_size, request.page_token)
        return pb.ListScansResponse(scans=[scan_message(scan) for scan in found], next_page_token=token)

    async def ListFindings(self, request: pb.ListFindingsRequest, context: Context) -> pb.ListFindingsResponse:
        """List findings, highest score first."""
        found, token = await self._api.list_findings(
            current_caller(), request.state, request.page_size, request.page_token
        )
        return pb.ListFindingsResponse(findings=[finding_message(one) for one in found], next_page_token=token)

    async def GetFinding(self, request: pb.GetFindingRequest, context: Context) -> pb.GetFindingResponse:
        """Return one finding with the profiles of its data sets."""
        found = await self._api.finding(current_caller(), request.finding_id)
        return pb.GetFindingResponse(finding=finding_message(found))

    async def ApproveFinding(self, request: pb.ApproveFindingRequest, context: Context) -> pb.ApproveFindingResponse:
        """Approve a finding: AAM gets a connection to it."""
        decided = await self._api.approve(current_caller(), request.finding_id, list(request.data_sets))
        return pb.ApproveFindingResponse(finding=finding_message(decided))

    async def RejectFinding(self, request: pb.RejectFindingRequest, context: Context) -> pb.RejectFindingResponse:
        """Reject a finding."""
        decided = await self._api.reject(current_caller(), request.finding_id, request.note)
        return pb.RejectFindingResponse(finding=finding_message(decided))


def register(api: AodApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_DiscoveryServiceServicer_to_server(DiscoveryServicer(api), server)
