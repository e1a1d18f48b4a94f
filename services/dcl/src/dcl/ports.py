"""What the use cases need from outside."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dcl.domain.ingestion import Batch, Completion
from dcl.domain.mapping import Mapping, Proposal
from dcl.domain.ontology import Entity, Ontology
from dcl.domain.proposed import Proposal as MatchedProposal
from dcl.domain.sampled import SampledStream
from dcl.domain.view import Aggregation, Column, Filter, OrderBy

Row = dict[str, str | int | float | bool | None]
"""One row of a view as JSON can hold it: decimals, dates and large integers are text."""


class Lake(Protocol):
    """The tenants' records and unified entities."""

    async def apply(self, tenant_id: UUID, entity: Entity, source: str, keys: Sequence[str], snapshot: int) -> None:
        """Apply a stream's canonical files, by object key; `snapshot` is the version of a full snapshot, or 0."""

    async def counts(self, tenant_id: UUID) -> dict[str, tuple[int, int]]:
        """Return each view's rows and the records behind them."""

    async def records_by_source(self, tenant_id: UUID, entities: list[Entity]) -> dict[tuple[str, str], int]:
        """Return the number of records of each (entity, source)."""

    async def deletions_by_source(self, tenant_id: UUID) -> dict[str, int]:
        """Return the number of records that each source said are gone, of those not known to be back."""

    async def page(
        self,
        tenant_id: UUID,
        entity: Entity,
        columns: tuple[Column, ...],
        filters: tuple[Filter, ...],
        order_by: tuple[OrderBy, ...],
        *,
        snapshot: int | None,
        limit: int,
        offset: int,
    ) -> tuple[list[Row], int]:
        """Return a page of rows and the snapshot they were read from."""

    async def aggregate(
        self, tenant_id: UUID, entity: Entity, question: Aggregation, *, snapshot: int | None = None
    ) -> list[Row]:
        """Return the groups, one more than the limit when there are more; without a snapshot, of the newest."""

    async def groups(self, tenant_id: UUID, entity: Entity, questions: Sequence[Aggregation]) -> list[list[Row]]:
        """Return the answers to an entity's questions, always the same ones; they hold until the lake changes."""

    async def figures(
        self, tenant_id: UUID, entity: Entity, questions: Sequence[Aggregation], *, snapshot: int | None
    ) -> tuple[list[list[Row]], int]:
        """Return the answers to several questions, all of one snapshot, and that snapshot."""

    async def content_hash(self, tenant_id: UUID, entity: Entity) -> tuple[str, int]:
        """Return the hash of a view's content and its rows."""


class Mappings(Protocol):
    """Proposals and mapping versions at rest; approving publishes `MappingChanged`."""

    async def add_proposal(self, proposal: Proposal) -> Proposal:
        """Store a proposal unless one with its id exists; return the stored one."""

    async def get_proposal(self, tenant_id: UUID, proposal_id: UUID) -> Proposal:
        """Return a proposal; raise `ProposalUnknown`."""

    async def list_proposals(
        self, tenant_id: UUID, *, state: str, connection_id: str, before: UUID | None, limit: int
    ) -> list[Proposal]:
        """Return proposals, newest first."""

    async def decide(self, proposal: Proposal, mapping: Mapping | None, now: datetime) -> Mapping | None:
        """Store a decision, and the mapping with its next version; raise `ProposalDecided` if it was decided."""

    async def get_mapping(self, tenant_id: UUID, connection_id: str, stream: str) -> Mapping | None:
        """Return the version in force."""

    async def list_mappings(self, tenant_id: UUID) -> list[Mapping]:
        """Return every version in force."""


class Ingestions(Protocol):
    """What runs announced, and what of it has been applied."""

    def exclusive(self, tenant_id: UUID) -> AbstractAsyncContextManager["Ledger"]:
        """Open a transaction in which this process alone, of all processes, changes the tenant's lake."""

    async def progress(self, tenant_id: UUID, run_ids: Sequence[str]) -> tuple[int, int, int]:
        """Return streams announced, streams applied and batches applied over the runs."""


class Ledger(Protocol):
    """The tenant's ingestion records within one exclusive transaction."""

    async def add_batch(self, batch: Batch) -> None:
        """Record an announced batch, once."""

    async def add_stream(self, completion: Completion) -> None:
        """Record that a run announced everything of a stream, once."""

    async def applicable(self, run_id: str) -> list[tuple[Completion, list[str]]]:
        """Return the run's streams that are not applied but whose every batch is announced, with its object keys."""

    async def mark_applied(self, completion: Completion) -> None:
        """Record that a stream of a run is applied."""


class Consumptions(Protocol):
    """Which agent read which view, for the lineage graph."""

    async def record(self, tenant_id: UUID, agent: str, view: str) -> None:
        """Remember that the agent reads the view."""

    async def list(self, tenant_id: UUID) -> list[tuple[str, str]]:
        """Return (agent, view) pairs."""


class Matcher(Protocol):
    """Proposes mappings against an ontology."""

    @property
    def ontology(self) -> Ontology:
        """The ontology it matches against."""

    async def propose(self, sampled: SampledStream) -> MatchedProposal:
        """Match the stream with every entity and return the best proposal."""


class Flags(Protocol):
    """Feature flags of tenants."""

    async def is_on(self, tenant_id: UUID, flag: str, default: bool) -> bool:
        """Tell whether the flag is on for the tenant; `default` where nobody can tell."""


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Return now, aware, in UTC."""
