"""The use cases with their ports filled in: what REST, gRPC and the consumer all call."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.errors import InvalidRequest
from aos_common.paging import decode_token, encode_token, page_size

from dcl.domain.errors import MappingUnknown
from dcl.domain.ingestion import Batch, Completion
from dcl.domain.lineage import Graph
from dcl.domain.mapping import Mapping, Proposal
from dcl.domain.ontology import Ontology
from dcl.domain.sampled import SampledStream
from dcl.domain.view import Aggregation
from dcl.ports import Clock, Consumptions, Flags, Ingestions, Lake, Mappings, Matcher, Row
from dcl.usecases.aggregate_view import aggregate_view
from dcl.usecases.decide_proposal import decide_proposal
from dcl.usecases.get_graph import get_graph
from dcl.usecases.hash_view import hash_view
from dcl.usecases.ingest import ingest
from dcl.usecases.list_views import View, list_views
from dcl.usecases.propose_mapping import propose_mapping
from dcl.usecases.query_view import Page, ViewQuery, query_view

MAX_RUNS = 200


@dataclass(frozen=True)
class DclApi:
    """DCL's use cases, wired."""

    ontology: Ontology
    matcher: Matcher
    mappings: Mappings
    lake: Lake
    ingestions: Ingestions
    consumptions: Consumptions
    clock: Clock
    flags: Flags

    async def propose(self, caller: Caller, sampled: SampledStream, *, hold: bool = False) -> Proposal:
        """Propose a mapping for a stream."""
        require(caller, Permission.MAPPINGS_PROPOSE)
        return await propose_mapping(
            caller.tenant_id,
            sampled,
            hold=hold,
            matcher=self.matcher,
            mappings=self.mappings,
            flags=self.flags,
            clock=self.clock,
        )

    async def mapping(self, caller: Caller, connection_id: str, stream: str) -> Mapping:
        """Return the mapping in force; raise `MappingUnknown`."""
        require(caller, Permission.MAPPINGS_READ)
        mapping = await self.mappings.get_mapping(caller.tenant_id, connection_id, stream)
        if mapping is None:
            raise MappingUnknown("No mapping is in force for this stream.", hint="Approve its proposal first.")
        return mapping

    async def proposals(
        self, caller: Caller, state: str, connection_id: str, size: int, token: str
    ) -> tuple[list[Proposal], str]:
        """Return a page of proposals, newest first."""
        require(caller, Permission.MAPPINGS_READ)
        limit = page_size(size)
        values = decode_token(token, 1)
        before = as_uuid(str(values[0]), "page_token") if values else None
        found = await self.mappings.list_proposals(
            caller.tenant_id, state=state, connection_id=connection_id, before=before, limit=limit + 1
        )
        return found[:limit], encode_token([str(found[limit - 1].id)]) if len(found) > limit else ""

    async def proposal(self, caller: Caller, proposal_id: str) -> Proposal:
        """Return one proposal."""
        require(caller, Permission.MAPPINGS_READ)
        return await self.mappings.get_proposal(caller.tenant_id, as_uuid(proposal_id, "proposal_id"))

    async def decide(
        self, caller: Caller, proposal_id: str, *, approved: bool, without: Collection[str] = ()
    ) -> tuple[Proposal, Mapping | None]:
        """Approve or reject a proposal."""
        require(caller, Permission.MAPPINGS_DECIDE)
        return await decide_proposal(
            caller.tenant_id,
            as_uuid(proposal_id, "proposal_id"),
            caller.subject,
            approved=approved,
            without=without,
            ontology=self.ontology,
            mappings=self.mappings,
            clock=self.clock,
        )

    async def views(self, caller: Caller) -> list[View]:
        """List the views."""
        require(caller, Permission.VIEWS_READ)
        return await list_views(caller.tenant_id, ontology=self.ontology, lake=self.lake)

    async def query(self, caller: Caller, query: ViewQuery) -> Page:
        """Return a page of a view."""
        require(caller, Permission.VIEWS_READ)
        return await query_view(
            caller.tenant_id, query, ontology=self.ontology, lake=self.lake, consumptions=self.consumptions
        )

    async def aggregate(
        self, caller: Caller, view: str, question: Aggregation, agent: str, snapshot: int | None = None
    ) -> tuple[list[Row], bool]:
        """Compute figures over a view."""
        require(caller, Permission.VIEWS_READ)
        return await aggregate_view(
            caller.tenant_id,
            view,
            question,
            agent,
            ontology=self.ontology,
            lake=self.lake,
            consumptions=self.consumptions,
            snapshot=snapshot,
        )

    async def view_hash(self, caller: Caller, view: str) -> tuple[str, int]:
        """Hash a view's content."""
        require(caller, Permission.VIEWS_READ)
        return await hash_view(caller.tenant_id, view, ontology=self.ontology, lake=self.lake)

    async def ingestion(self, caller: Caller, run_ids: Sequence[str]) -> tuple[int, int, int]:
        """Return streams announced, streams applied and batches applied over runs."""
        require(caller, Permission.VIEWS_READ)
        if not 1 <= len(run_ids) <= MAX_RUNS:
            raise InvalidRequest(f"Name 1 to {MAX_RUNS} runs.")
        return await self.ingestions.progress(caller.tenant_id, run_ids)

    async def graph(self, caller: Caller) -> Graph:
        """Draw the lineage graph."""
        require(caller, Permission.VIEWS_READ)
        return await get_graph(
            caller.tenant_id,
            ontology=self.ontology,
            lake=self.lake,
            mappings=self.mappings,
            consumptions=self.consumptions,
        )

    async def ingest(self, tenant_id: UUID, announced: Batch | Completion) -> None:
        """Ingest an announced batch, or take note that a stream is complete."""
        await ingest(tenant_id, announced, ontology=self.ontology, lake=self.lake, ingestions=self.ingestions)


def as_uuid(text: str, field: str) -> UUID:
    """Read an id; raise `InvalidRequest` naming the field."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest(f"{field} is not a UUID.") from None
