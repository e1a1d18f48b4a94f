"""DCL over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.dcl.v1 import mappings_pb2 as mp
from autonomos.dcl.v1 import mappings_pb2_grpc as mapping_stubs
from autonomos.dcl.v1 import views_pb2 as vp
from autonomos.dcl.v1 import views_pb2_grpc as view_stubs

from dcl.entrypoints import wire
from dcl.entrypoints.api import DclApi

Context = grpc.aio.ServicerContext[Any, Any]


class MappingServicer(mapping_stubs.MappingServiceServicer):
    """Serves MappingService."""

    def __init__(self, api: DclApi) -> None:
        self._api = api

    async def ProposeMapping(self, request: mp.ProposeMappingRequest, context: Context) -> mp.ProposeMappingResponse:
        """Propose a mapping for a stream."""
        proposal = await self._api.propose(current_caller(), wire.sampled_stream(request), hold=request.hold)
        return mp.ProposeMappingResponse(proposal=wire.proposal_message(proposal))

    async def GetMapping(self, request: mp.GetMappingRequest, context: Context) -> mp.GetMappingResponse:
        """Return the mapping in force."""
        mapping = await self._api.mapping(current_caller(), request.connection_id, request.stream)
        return mp.GetMappingResponse(mapping=wire.mapping_message(mapping))

    async def ListProposals(self, request: mp.ListProposalsRequest, context: Context) -> mp.ListProposalsResponse:
        """List proposals."""
        found, token = await self._api.proposals(
            current_caller(), request.state, request.connection_id, request.page_size, request.page_token
        )
        return mp.ListProposalsResponse(proposals=map(wire.proposal_message, found), next_page_token=token)

    async def GetProposal(self, request: mp.GetProposalRequest, context: Context) -> mp.GetProposalResponse:
        """Return one proposal."""
        proposal = await self._api.proposal(current_caller(), request.proposal_id)
        return mp.GetProposalResponse(proposal=wire.proposal_message(proposal))

    async def ApproveProposal(self, request: mp.ApproveProposalRequest, context: Context) -> mp.ApproveProposalResponse:
        """Approve a proposal."""
        without = list(request.without_attributes)
        proposal, mapping = await self._api.decide(
            current_caller(), request.proposal_id, approved=True, without=without
        )
        message = wire.mapping_message(mapping) if mapping else None
        return mp.ApproveProposalResponse(proposal=wire.proposal_message(proposal), mapping=message)

    async def RejectProposal(self, request: mp.RejectProposalRequest, context: Context) -> mp.RejectProposalResponse:
        """Reject a proposal."""
        proposal, _ = await self._api.decide(current_caller(), request.proposal_id, approved=False)
        return mp.RejectProposalResponse(proposal=wire.proposal_message(proposal))


class ViewServicer(view_stubs.ViewServiceServicer):
    """Serves ViewService."""

    def __init__(self, api: DclApi) -> None:
        self._api = api

    async def ListViews(self, request: vp.ListViewsRequest, context: Context) -> vp.ListViewsResponse:
        """List the views."""
        return vp.ListViewsResponse(views=map(wire.view_message, await self._api.views(current_caller())))

    async def QueryView(self, request: vp.QueryViewRequest, context: Context) -> vp.QueryViewResponse:
        """Return a page of a view."""
        page = await self._api.query(current_caller(), wire.view_query(request))
        return vp.QueryViewResponse(rows=map(wire.row_message, page.rows), next_page_token=page.next_page_token)

    async def AggregateView(self, request: vp.AggregateViewRequest, context: Context) -> vp.AggregateViewResponse:
        """Compute figures over a view."""
        rows, truncated = await self._api.aggregate(
            current_caller(), request.view, wire.aggregation(request), request.agent, request.snapshot or None
        )
        return vp.AggregateViewResponse(rows=map(wire.row_message, rows), truncated=truncated)

    async def GetViewHash(self, request: vp.GetViewHashRequest, context: Context) -> vp.GetViewHashResponse:
        """Hash a view's content."""
        digest, rows = await self._api.view_hash(current_caller(), request.view)
        return vp.GetViewHashResponse(hash=digest, rows=rows)

    async def GetIngestion(self, request: vp.GetIngestionRequest, context: Context) -> vp.GetIngestionResponse:
        """Tell how far runs' batches have come."""
        announced, applied, batches = await self._api.ingestion(current_caller(), request.run_ids)
        return vp.GetIngestionResponse(streams_announced=announced, streams_applied=applied, batches_applied=batches)


class LineageServicer(view_stubs.LineageServiceServicer):
    """Serves LineageService."""

    def __init__(self, api: DclApi) -> None:
        self._api = api

    async def GetGraph(self, request: vp.GetGraphRequest, context: Context) -> vp.GetGraphResponse:
        """Draw the lineage graph."""
        return wire.graph_message(await self._api.graph(current_caller()))


def register(api: DclApi, server: grpc.aio.Server) -> None:
    """Add the servicers to a server."""
    mapping_stubs.add_MappingServiceServicer_to_server(MappingServicer(api), server)
    view_stubs.add_ViewServiceServicer_to_server(ViewServicer(api), server)
    view_stubs.add_LineageServiceServicer_to_server(LineageServicer(api), server)
