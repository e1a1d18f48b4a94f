"""Deliveries in PostgreSQL: a row is written with the announcement, and marked when DCL says that its views have it."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.jobs import enqueue
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from aam.adapters.rows import clean, quarantined_of
from aam.adapters.tables import batches, deliveries, quarantine, stream_runs
from aam.domain.connection import Stream
from aam.domain.landing import source_id
from aam.ports import Backlog, Delivery, Extraction, Landed

SWEEP = "sweep landing"


class PostgresDeliveries:
    """The `Deliveries` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def backlog(self, tenant_id: UUID) -> Backlog:
        """What is announced and not applied."""
        counted = sa.select(
            sa.func.coalesce(sa.func.sum(deliveries.c.batches), 0), sa.func.min(deliveries.c.announced_at)
        ).where(deliveries.c.applied_at.is_(None), ~deliveries.c.refused)
        async with self._database.tenant_tx(tenant_id) as tx:
            number, since = (await tx.execute(counted)).one()
        return Backlog(int(number), since)

    async def applied(self, tenant_id: UUID, run_id: UUID, source: str, at: datetime) -> None:
        """Mark it, once."""
        change = sa.update(deliveries).where(
            deliveries.c.run_id == run_id, deliveries.c.source == source, deliveries.c.applied_at.is_(None)
        )
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(change.values(applied_at=at))

    async def refused(self, tenant_id: UUID, run_id: UUID, source: str, reason: str) -> None:
        """Mark it, and note why at the stream of the run."""
        about = (deliveries.c.run_id == run_id, deliveries.c.source == source, deliveries.c.applied_at.is_(None))
        change = sa.update(deliveries).where(*about).values(refused=True).returning(deliveries.c.stream)
        async with self._database.tenant_tx(tenant_id) as tx:
            for stream in (await tx.execute(change)).scalars().all():
                here = (stream_runs.c.run_id == run_id, stream_runs.c.stream == stream)
                note = clean(f"the views could not take it: {reason}")
                await tx.execute(sa.update(stream_runs).where(*here).values(note=note))

    async def landed(self, tenant_id: UUID, source: str) -> list[Landed]:
        """The readings since the last whole one."""
        whole = sa.select(sa.func.max(deliveries.c.announced_at)).where(deliveries.c.source == source)
        since = whole.where(deliveries.c.whole).scalar_subquery()
        listed = sa.select(deliveries).where(deliveries.c.source == source, deliveries.c.announced_at >= since)
        async with self._database.tenant_tx(tenant_id) as tx:
            rows = (await tx.execute(listed.order_by(deliveries.c.announced_at))).all()
            return [await _landed(tx, row) for row in rows]

    async def expired(self, tenant_id: UUID, before: datetime, most: int) -> list[Delivery]:
        """The oldest that may go, with the keys of their batches."""
        due = (
            sa.select(deliveries.c.run_id, deliveries.c.stream)
            .where(deliveries.c.announced_at < before, deliveries.c.applied_at.is_not(None))
            .order_by(deliveries.c.announced_at)
            .limit(most)
        )
        async with self._database.tenant_tx(tenant_id) as tx:
            return [
                Delivery(row.run_id, row.stream, await _keys(tx, row.run_id, row.stream))
                for row in (await tx.execute(due)).all()
            ]

    async def forget(self, tenant_id: UUID, delivery: Delivery) -> None:
        """Delete the rows of batches and delivery together."""
        async with self._database.tenant_tx(tenant_id) as tx:
            for table in (batches, deliveries):
                gone = sa.delete(table).where(table.c.run_id == delivery.run_id, table.c.stream == delivery.stream)
                await tx.execute(gone)

    async def any_left(self, tenant_id: UUID) -> bool:
        """Tell whether there is a row."""
        async with self._database.tenant_tx(tenant_id) as tx:
            return (await tx.execute(sa.select(sa.literal(1)).select_from(deliveries).limit(1))).first() is not None


async def _landed(tx: AsyncConnection, row: sa.Row[Any]) -> Landed:
    keys = sa.select(batches.c.landing_key).where(batches.c.run_id == row.run_id, batches.c.stream == row.stream)
    named = sorted((await tx.execute(keys)).scalars(), key=lambda key: key.rsplit("/", 1)[1])
    aside = sa.select(quarantine).where(quarantine.c.run_id == row.run_id, quarantine.c.stream == row.stream)
    return Landed(named, [quarantined_of(one).misfit for one in await tx.execute(aside)])


async def _keys(tx: AsyncConnection, run_id: UUID, stream: str) -> list[str]:
    found = sa.select(batches.c.landing_key, batches.c.canonical_key).where(
        batches.c.run_id == run_id, batches.c.stream == stream
    )
    return [key for row in (await tx.execute(found.order_by(batches.c.landing_key))).all() for key in row]


async def record_delivery(
    tx: AsyncConnection, tenant_id: UUID, run_id: UUID, stream: Stream, extraction: Extraction
) -> None:
    """Write the row of an announcement in its transaction, and see to it that its files are swept one day."""
    values = {
        "tenant_id": tenant_id,
        "run_id": run_id,
        "stream": stream.name,
        "source": source_id(stream.connection_id, stream.name),
        "batches": len(extraction.batches),
        "whole": extraction.snapshot,
        "announced_at": sa.func.now(),
        "refused": False,
    }
    await tx.execute(insert(deliveries).values(values).on_conflict_do_nothing())
    await enqueue(tx, tenant_id=tenant_id, kind=SWEEP, payload={}, key="landing")
