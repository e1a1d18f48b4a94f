"""Audit logs in PostgreSQL: rows that this role can add and read, and neither change nor delete."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database, tenant_table
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.domain.audit import START, Entry, Filter, Head, Linked, link, seal

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TEXTS = ("actor", "session_id", "service", "action", "target", "outcome", "reason", "address", "trace_id")
_metadata = sa.MetaData()
_log = tenant_table(
    "audit_log",
    _metadata,
    sa.Column("seq", sa.BigInteger),
    sa.Column("call_id", PG_UUID(as_uuid=True)),
    sa.Column("occurred_at", sa.DateTime(timezone=True)),
    sa.Column("roles", ARRAY(sa.Text)),
    *[sa.Column(name, sa.Text) for name in _TEXTS],
    sa.Column("hash", sa.LargeBinary),
    primary_key=("seq",),
)
_heads = tenant_table(
    "audit_heads",
    _metadata,
    sa.Column("seq", sa.BigInteger),
    sa.Column("hash", sa.LargeBinary),
    sa.Column("seal", sa.LargeBinary),
    primary_key=(),
)


class PostgresAuditLog:
    """The `AuditLog` port; `key` seals the ends of the chains."""

    def __init__(self, database: Database, key: bytes) -> None:
        self._database = database
        self._key = key

    async def append(self, entry: Entry) -> bool:
        """Add an entry at the end of its tenant's chain; False when the call is in it."""
        tenant = entry.tenant_id
        async with self._database.tenant_tx(tenant) as connection:
            lock = sa.text("SELECT pg_advisory_xact_lock(hashtext('audit:' || :tenant))")
            await connection.execute(lock, {"tenant": str(tenant)})
            known = sa.select(_log.c.seq).where(_log.c.call_id == entry.call_id)
            if (await connection.execute(known)).first() is not None:
                return False
            head = await _head(connection)
            placed = replace(entry, seq=head.seq + 1 if head else 1)
            digest = link(head.hash if head else START, placed)
            await connection.execute(sa.insert(_log).values(_row(placed) | {"hash": digest}))
            ending = {"seq": placed.seq, "hash": digest, "seal": seal(self._key, tenant, placed.seq, digest)}
            statement = insert(_heads).values(tenant_id=tenant, **ending)
            await connection.execute(statement.on_conflict_do_update(index_elements=["tenant_id"], set_=ending))
        return True

    async def part(self, tenant_id: UUID, after: int, size: int) -> list[Linked]:
        """Return entries in the order of the chain, those after a number."""
        query = sa.select(_log).where(_log.c.seq > after).order_by(_log.c.seq).limit(size)
        async with self._database.tenant_tx(tenant_id) as connection:
            return [_linked(row) for row in await connection.execute(query)]

    async def page(self, tenant_id: UUID, wanted: Filter, size: int, before: int | None) -> list[Linked]:
        """Return entries that match, newest first, those before a number."""
        query = sa.select(_log).order_by(_log.c.seq.desc()).limit(size)
        for column, value in ((_log.c.actor, wanted.actor), (_log.c.outcome, wanted.outcome)):
            query = query.where(column == value) if value else query
        if wanted.action:
            query = query.where(_log.c.action.contains(wanted.action, autoescape=True))
        if before is not None:
            query = query.where(_log.c.seq < before)
        async with self._database.tenant_tx(tenant_id) as connection:
            return [_linked(row) for row in await connection.execute(query)]

    async def head(self, tenant_id: UUID) -> Head | None:
        """Return the sealed end of the chain."""
        async with self._database.tenant_tx(tenant_id) as connection:
            return await _head(connection)


async def _head(connection: AsyncConnection) -> Head | None:
    row = (await connection.execute(sa.select(_heads))).first()
    return None if row is None else Head(row.tenant_id, row.seq, row.hash, row.seal)


def _row(entry: Entry) -> dict[str, Any]:
    texts = {name: getattr(entry, name) for name in _TEXTS}
    moment = _EPOCH + timedelta(microseconds=entry.occurred_at_us)
    fixed = {"tenant_id": entry.tenant_id, "seq": entry.seq, "call_id": entry.call_id, "occurred_at": moment}
    return {**fixed, "roles": list(entry.roles), **texts}


def _linked(row: Any) -> Linked:
    texts = {name: getattr(row, name) for name in _TEXTS}
    moment = (row.occurred_at - _EPOCH) // timedelta(microseconds=1)
    entry = Entry(
        tenant_id=row.tenant_id,
        seq=row.seq,
        call_id=row.call_id,
        occurred_at_us=moment,
        roles=tuple(row.roles),
        **texts,
    )
    return Linked(entry, row.hash)
