"""Proposals and mapping versions in PostgreSQL."""

from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.ids import new_id
from aos_common.outbox import publish
from autonomos.events.v1 import events_pb2
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dcl.adapters.tables import mappings, proposals
from dcl.domain.errors import ProposalDecided, ProposalUnknown
from dcl.domain.mapping import PENDING, FieldMapping, Mapping, Proposal
from dcl.domain.transform import Transform

STREAM = "dcl:mappings"


def _field(body: dict[str, Any]) -> FieldMapping:
    transform = dict(body["transform"])
    for name in ("true_values", "false_values"):
        transform[name] = tuple(transform[name])
    return FieldMapping(**{**body, "transform": Transform(**transform), "reasons": tuple(body["reasons"])})


def _proposal_body(proposal: Proposal) -> dict[str, Any]:
    return {
        "entity_confidence": proposal.entity_confidence,
        "reasons": list(proposal.reasons),
        "key_columns": list(proposal.key_columns),
        "fields": [asdict(item) for item in proposal.fields],
        "extras": list(proposal.extras),
    }


def _proposal(row: sa.Row[Any]) -> Proposal:
    body = row.body
    return Proposal(
        tenant_id=row.tenant_id,
        id=row.id,
        connection_id=row.connection_id,
        connection_name=row.connection_name,
        stream=row.stream,
        entity=row.entity,
        state=row.state,
        tier=row.tier,
        entity_confidence=body["entity_confidence"],
        reasons=tuple(body["reasons"]),
        key_columns=tuple(body["key_columns"]),
        fields=tuple(_field(item) for item in body["fields"]),
        extras=tuple(body["extras"]),
        created_at=row.created_at,
        decided_by=row.decided_by,
    )


def _mapping(row: sa.Row[Any]) -> Mapping:
    return Mapping(
        tenant_id=row.tenant_id,
        connection_id=row.connection_id,
        connection_name=row.connection_name,
        stream=row.stream,
        version=row.version,
        entity=row.entity,
        key_columns=tuple(row.body["key_columns"]),
        fields=tuple(_field(item) for item in row.body["fields"]),
        approved_by=row.approved_by,
    )


class PostgresMappings:
    """The `Mappings` port; `published` is called after an event was committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_proposal(self, proposal: Proposal) -> Proposal:
        """Store a proposal; one with its id that still waits is replaced, a decided one stays. Return it."""
        values = {
            "tenant_id": proposal.tenant_id,
            "id": proposal.id,
            "seq": new_id(),
            "connection_id": proposal.connection_id,
            "connection_name": proposal.connection_name,
            "stream": proposal.stream,
            "entity": proposal.entity,
            "state": proposal.state,
            "tier": proposal.tier,
            "body": _proposal_body(proposal),
            "decided_by": proposal.decided_by,
            "created_at": proposal.created_at,
        }
        statement = insert(proposals).values(values)
        statement = statement.on_conflict_do_update(
            index_elements=["tenant_id", "id"],
            set_={name: values[name] for name in ("entity", "tier", "body")},  # a larger sample tells more
            where=proposals.c.state == PENDING,
        )
        async with self._database.tenant_tx(proposal.tenant_id) as connection:
            await connection.execute(statement)
        return await self.get_proposal(proposal.tenant_id, proposal.id)

    async def get_proposal(self, tenant_id: UUID, proposal_id: UUID) -> Proposal:
        """Return a proposal; raise `ProposalUnknown`."""
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (await connection.execute(sa.select(proposals).where(proposals.c.id == proposal_id))).first()
        if row is None:
            raise ProposalUnknown("There is no such proposal.", hint="List proposals to see their ids.")
        return _proposal(row)

    async def list_proposals(
        self, tenant_id: UUID, *, state: str, connection_id: str, before: UUID | None, limit: int
    ) -> list[Proposal]:
        """Return proposals, newest first."""
        query = sa.select(proposals).order_by(proposals.c.seq.desc()).limit(limit)
        if state:
            query = query.where(proposals.c.state == state)
        if connection_id:
            query = query.where(proposals.c.connection_id == connection_id)
        if before:
            seq = sa.select(proposals.c.seq).where(proposals.c.id == before).scalar_subquery()
            query = query.where(proposals.c.seq < seq)
        async with self._database.tenant_tx(tenant_id) as connection:
            return [_proposal(row) for row in await connection.execute(query)]

    async def decide(self, proposal: Proposal, mapping: Mapping | None, now: datetime) -> Mapping | None:
        """Store a decision, and the mapping with its next version; raise `ProposalDecided` if it was decided."""
        async with self._database.tenant_tx(proposal.tenant_id) as connection:
            changed = await connection.execute(
                sa.update(proposals)
                .where(proposals.c.id == proposal.id, proposals.c.state == PENDING)
                .values(
                    state=proposal.state,
                    decided_by=proposal.decided_by,
                    decided_at=now,
                    body=_proposal_body(proposal),
                )
            )
            if not changed.rowcount:
                raise ProposalDecided("The proposal was decided before.")
            return await self._add_version(connection, mapping, now) if mapping else None

    async def _add_version(self, connection: AsyncConnection, mapping: Mapping, now: datetime) -> Mapping:
        key = f"{mapping.tenant_id}|{mapping.connection_id}|{mapping.stream}"
        await connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:key, 1))"), {"key": key})
        newest = sa.select(sa.func.coalesce(sa.func.max(mappings.c.version), 0)).where(
            mappings.c.connection_id == mapping.connection_id, mappings.c.stream == mapping.stream
        )
        version = int((await connection.execute(newest)).scalar_one()) + 1
        values = {
            "tenant_id": mapping.tenant_id,
            "connection_id": mapping.connection_id,
            "stream": mapping.stream,
            "version": version,
            "connection_name": mapping.connection_name,
            "entity": mapping.entity,
            "body": {"key_columns": list(mapping.key_columns), "fields": [asdict(item) for item in mapping.fields]},
            "approved_by": mapping.approved_by,
            "created_at": now,
        }
        row = (await connection.execute(sa.insert(mappings).values(values).returning(mappings))).one()
        event = events_pb2.MappingChanged(
            connection_id=mapping.connection_id, stream=mapping.stream, version=version, entity=mapping.entity
        )
        await publish(
            connection, tenant_id=mapping.tenant_id, stream=STREAM, type_="dcl.mapping.changed", message=event
        )
        return _mapping(row)

    async def get_mapping(self, tenant_id: UUID, connection_id: str, stream: str) -> Mapping | None:
        """Return the version in force."""
        query = (
            sa.select(mappings)
            .where(mappings.c.connection_id == connection_id, mappings.c.stream == stream)
            .order_by(mappings.c.version.desc())
            .limit(1)
        )
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (await connection.execute(query)).first()
        return _mapping(row) if row else None

    async def list_mappings(self, tenant_id: UUID) -> list[Mapping]:
        """Return every version in force."""
        query = (
            sa.select(mappings)
            .distinct(mappings.c.connection_id, mappings.c.stream)
            .order_by(mappings.c.connection_id, mappings.c.stream, mappings.c.version.desc())
        )
        async with self._database.tenant_tx(tenant_id) as connection:
            return [_mapping(row) for row in await connection.execute(query)]
