"""DCL over REST."""

from typing import Annotated, Any

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Query
from google.protobuf.json_format import MessageToDict

from dcl.entrypoints import wire
from dcl.entrypoints.api import DclApi
from dcl.entrypoints.rest_models import (
    AggregateBody,
    ApproveBody,
    EntityOut,
    GroupsOut,
    HashOut,
    MappingOut,
    ProposalOut,
    ProposalPage,
    QueryBody,
    RowPage,
    ViewOut,
)
from dcl.usecases.query_view import ViewQuery

PageSize = Annotated[int, Query(ge=1, le=200)]
Token = Annotated[str, Query(max_length=500)]


def mapping_router(api: DclApi) -> APIRouter:
    """Return the routes for the ontology, proposals and mappings."""
    routes = APIRouter(tags=["mappings"])

    @routes.get("/ontology")
    async def ontology(caller: CurrentCaller) -> list[EntityOut]:
        """List the business entities with their attributes."""
        return [EntityOut.of(entity) for entity in api.ontology.entities]

    @routes.get("/proposals")
    async def list_proposals(
        caller: CurrentCaller,
        state: str = "",
        connection_id: str = "",
        page_size: PageSize = 50,
        page_token: Token = "",
    ) -> ProposalPage:
        """List mapping proposals, newest first."""
        found, token = await api.proposals(caller, state, connection_id, page_size, page_token)
        return ProposalPage(proposals=[ProposalOut.of(item) for item in found], next_page_token=token)

    @routes.get("/proposals/{proposal_id}")
    async def get_proposal(proposal_id: str, caller: CurrentCaller) -> ProposalOut:
        """Return one proposal."""
        return ProposalOut.of(await api.proposal(caller, proposal_id))

    @routes.post("/proposals/{proposal_id}/approve")
    async def approve(proposal_id: str, caller: CurrentCaller, body: ApproveBody | None = None) -> ProposalOut:
        """Approve a proposal; its mapping comes into force."""
        without = body.without_attributes if body else []
        return ProposalOut.of((await api.decide(caller, proposal_id, approved=True, without=without))[0])

    @routes.post("/proposals/{proposal_id}/reject")
    async def reject(proposal_id: str, caller: CurrentCaller) -> ProposalOut:
        """Reject a proposal."""
        return ProposalOut.of((await api.decide(caller, proposal_id, approved=False))[0])

    @routes.get("/mappings/{connection_id}/{stream:path}")
    async def mapping(connection_id: str, stream: str, caller: CurrentCaller) -> MappingOut:
        """Return the mapping in force for a stream."""
        return MappingOut.of(await api.mapping(caller, connection_id, stream))

    return routes


def view_router(api: DclApi) -> APIRouter:
    """Return the routes for views and lineage."""
    routes = APIRouter(tags=["views"])

    @routes.get("/views")
    async def views(caller: CurrentCaller) -> list[ViewOut]:
        """List the unified views."""
        return [ViewOut.of(view) for view in await api.views(caller)]

    @routes.get("/views/{view}")
    async def read(
        view: str, caller: CurrentCaller, page_size: Annotated[int, Query(ge=1, le=1000)] = 50, page_token: Token = ""
    ) -> RowPage:
        """Return a page of a view, unfiltered."""
        page = await api.query(caller, ViewQuery(view=view, page_size=page_size, page_token=page_token))
        return RowPage(rows=page.rows, next_page_token=page.next_page_token)

    @routes.post("/views/{view}/query")
    async def query(view: str, body: QueryBody, caller: CurrentCaller) -> RowPage:
        """Return a page of a view, filtered and sorted."""
        asked = ViewQuery(
            view=view,
            columns=tuple(body.columns),
            filters=tuple(item.domain() for item in body.filters),
            order_by=tuple(item.domain() for item in body.order_by),
            page_size=body.page_size,
            page_token=body.page_token,
            snapshot=body.snapshot or None,
        )
        page = await api.query(caller, asked)
        return RowPage(rows=page.rows, next_page_token=page.next_page_token)

    @routes.post("/views/{view}/aggregate")
    async def aggregate(view: str, body: AggregateBody, caller: CurrentCaller) -> GroupsOut:
        """Compute figures over groups of a view's rows."""
        rows, truncated = await api.aggregate(caller, view, body.domain(), "", body.snapshot or None)
        return GroupsOut(rows=rows, truncated=truncated)

    @routes.get("/views/{view}/hash")
    async def view_hash(view: str, caller: CurrentCaller) -> HashOut:
        """Return a hash of a view's whole content."""
        digest, rows = await api.view_hash(caller, view)
        return HashOut(hash=digest, rows=rows)

    @routes.get("/lineage/graph")
    async def graph(caller: CurrentCaller) -> dict[str, Any]:
        """Return the lineage graph: source → data set → entity → agent."""
        message = wire.graph_message(await api.graph(caller))
        return MessageToDict(message, preserving_proto_field_name=True, always_print_fields_with_no_presence=True)

    return routes
