"""What has been ingested, and who reads it, in PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.outbox import publish
from autonomos.events.v1 import events_pb2
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dcl.adapters.tables import announced_batches, announced_streams, consumptions
from dcl.domain.errors import LakeBusy
from dcl.domain.ingestion import Batch, Completion
from dcl.ports import Clock, Ledger

APPLIED = "dcl:applied"
NO_IDLE_LIMIT = "SET LOCAL idle_in_transaction_session_timeout = 0"
KEEP_ALIVE = "SET LOCAL tcp_keepalives_idle = 30"
LOCK_WAIT = "SET LOCAL lock_timeout = '20s'"
LOCK_NOT_AVAILABLE = "55P03"


class PostgresLedger:
    """The `Ledger` port on one open transaction."""

    def __init__(self, connection: AsyncConnection, tenant_id: UUID, clock: Clock) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._clock = clock

    async def add_batch(self, batch: Batch) -> None:
        """Record an announced batch, once."""
        values = {"tenant_id": self._tenant_id, "announced_at": self._clock(), **asdict(batch)}
        await self._connection.execute(insert(announced_batches).values(values).on_conflict_do_nothing())

    async def add_stream(self, completion: Completion) -> None:
        """Record that a run announced everything of a stream, once."""
        values = {
            "tenant_id": self._tenant_id,
            "run_id": completion.run_id,
            "source": completion.source,
            "entity": completion.entity,
            "batch_ids": list(completion.batch_ids),
            "snapshot": completion.snapshot,
            "snapshot_version": completion.snapshot_version,
        }
        await self._connection.execute(insert(announced_streams).values(values).on_conflict_do_nothing())

    async def applicable(self, run_id: str) -> list[tuple[Completion, list[str]]]:
        """Return the run's streams that are not applied but whose every batch is announced, with its object keys."""
        query = sa.select(announced_streams).where(
            announced_streams.c.run_id == run_id, announced_streams.c.applied_at.is_(None)
        )
        found = []
        for row in (await self._connection.execute(query)).all():
            keys = await self._keys(row.batch_ids)
            if len(keys) == len(row.batch_ids):
                found.append((_completion(row), keys))
        return found

    async def _keys(self, batch_ids: Sequence[str]) -> list[str]:
        """Return the object keys of those batches that are announced."""
        wanted = sa.select(announced_batches.c.object_key).where(announced_batches.c.batch_id.in_(batch_ids))
        return list((await self._connection.execute(wanted.order_by(announced_batches.c.object_key))).scalars())

    async def mark_applied(self, completion: Completion) -> None:
        """Record that a stream of a run is applied, and announce it."""
        await self._connection.execute(
            sa.update(announced_streams)
            .where(announced_streams.c.run_id == completion.run_id, announced_streams.c.source == completion.source)
            .values(applied_at=self._clock())
        )
        event = events_pb2.StreamApplied(run_id=completion.run_id, source=completion.source)
        await publish(
            self._connection, tenant_id=self._tenant_id, stream=APPLIED, type_="dcl.stream.applied", message=event
        )


async def announce_refusal(connection: AsyncConnection, tenant_id: UUID, run_id: str, source: str, why: str) -> None:
    """Tell that what a run announced of a stream is no view's, in the transaction that sets it aside."""
    event = events_pb2.StreamRefused(run_id=run_id, source=source, reason=why)
    await publish(connection, tenant_id=tenant_id, stream=APPLIED, type_="dcl.stream.refused", message=event)


def _completion(row: sa.Row[Any]) -> Completion:
    return Completion(
        run_id=row.run_id,
        source=row.source,
        entity=row.entity,
        batch_ids=tuple(row.batch_ids),
        snapshot=row.snapshot,
        snapshot_version=row.snapshot_version,
    )


async def _lock(connection: AsyncConnection, tenant_id: UUID) -> None:
    lock = sa.text("SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 2))")
    try:
        await connection.execute(lock, {"tenant": str(tenant_id)})
    except sa.exc.DBAPIError as error:
        if getattr(error.orig, "sqlstate", "") != LOCK_NOT_AVAILABLE:
            raise
        raise LakeBusy("Another worker is changing the lake.", hint="Try again in a moment.") from error


class PostgresIngestions:
    """The `Ingestions` port."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def exclusive(self, tenant_id: UUID) -> AsyncIterator[Ledger]:
        """Open a transaction in which this process alone, of all processes, changes the tenant's lake."""
        async with self._database.tenant_tx(tenant_id) as connection:
            # A merge takes as long as it takes; a peer whose machine is gone is noticed by keep-alive instead.
            for setting in (NO_IDLE_LIMIT, KEEP_ALIVE, LOCK_WAIT):
                await connection.execute(sa.text(setting))
            await _lock(connection, tenant_id)
            yield PostgresLedger(connection, tenant_id, self._clock)

    async def progress(self, tenant_id: UUID, run_ids: Sequence[str]) -> tuple[int, int, int]:
        """Return streams announced, streams applied and batches applied over the runs."""
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (
                await connection.execute(
                    sa.text(
                        "SELECT count(*), count(applied_at), coalesce(sum(cardinality(batch_ids))"
                        " FILTER (WHERE applied_at IS NOT NULL), 0) FROM announced_streams WHERE run_id = ANY(:runs)"
                    ),
                    {"runs": list(run_ids)},
                )
            ).one()
        return int(row[0]), int(row[1]), int(row[2])


class PostgresConsumptions:
    """The `Consumptions` port; a pair already written by this process is not written again."""

    MAX_KNOWN = 100_000

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: set[tuple[UUID, str, str]] = set()

    async def record(self, tenant_id: UUID, agent: str, view: str) -> None:
        """Remember that the agent reads the view."""
        if (tenant_id, agent, view) in self._known:
            return
        values = {"tenant_id": tenant_id, "agent": agent, "view_name": view}
        async with self._database.tenant_tx(tenant_id) as connection:
            await connection.execute(insert(consumptions).values(values).on_conflict_do_nothing())
        if len(self._known) >= self.MAX_KNOWN:
            self._known.clear()
        self._known.add((tenant_id, agent, view))

    async def list(self, tenant_id: UUID) -> list[tuple[str, str]]:
        """Return (agent, view) pairs."""
        query = sa.select(consumptions.c.agent, consumptions.c.view_name).order_by("agent", "view_name")
        async with self._database.tenant_tx(tenant_id) as connection:
            return [(row.agent, row.view_name) for row in await connection.execute(query)]
