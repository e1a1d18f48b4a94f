"""What has been ingested, and who reads it, in PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dcl.adapters.tables import announced_streams, applied_batches, consumptions
from dcl.domain.ingestion import Completion
from dcl.ports import Clock, Ledger


class PostgresLedger:
    """The `Ledger` port on one open transaction."""

    def __init__(self, connection: AsyncConnection, tenant_id: UUID, clock: Clock) -> None:
        self._connection = connection
        self._tenant_id = tenant_id
        self._clock = clock

    async def add_batch(self, batch_id: str, run_id: str, source: str, entity: str, rows: int) -> bool:
        """Record an applied batch; False when it had been recorded before."""
        values = {"tenant_id": self._tenant_id, "batch_id": batch_id, "run_id": run_id, "source": source}
        values |= {"entity": entity, "rows": rows, "applied_at": self._clock()}
        result = await self._connection.execute(insert(applied_batches).values(values).on_conflict_do_nothing())
        return bool(result.rowcount)

    async def has_batch(self, batch_id: str) -> bool:
        """Tell whether a batch was applied."""
        query = sa.select(applied_batches.c.batch_id).where(applied_batches.c.batch_id == batch_id)
        return (await self._connection.execute(query)).first() is not None

    async def add_stream(self, completion: Completion) -> None:
        """Record that a run announced everything of a stream."""
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

    async def completable(self, run_id: str) -> list[Completion]:
        """Return the run's announced streams whose every batch is applied but which are not yet completed."""
        rows = await self._connection.execute(
            sa.text(
                "SELECT * FROM announced_streams a WHERE run_id = :run_id AND completed_at IS NULL AND NOT EXISTS ("
                " SELECT FROM unnest(a.batch_ids) AS wanted(id) WHERE NOT EXISTS ("
                "  SELECT FROM applied_batches b WHERE b.batch_id = wanted.id))"
            ),
            {"run_id": run_id},
        )
        return [_completion(row) for row in rows]

    async def complete(self, completion: Completion) -> None:
        """Record that a stream of a run is applied in full."""
        await self._connection.execute(
            sa.update(announced_streams)
            .where(announced_streams.c.run_id == completion.run_id, announced_streams.c.source == completion.source)
            .values(completed_at=self._clock())
        )


def _completion(row: sa.Row[Any]) -> Completion:
    return Completion(
        run_id=row.run_id,
        source=row.source,
        entity=row.entity,
        batch_ids=tuple(row.batch_ids),
        snapshot=row.snapshot,
        snapshot_version=row.snapshot_version,
    )


class PostgresIngestions:
    """The `Ingestions` port."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    @asynccontextmanager
    async def exclusive(self, tenant_id: UUID) -> AsyncIterator[Ledger]:
        """Open a transaction in which this process alone, of all processes, changes the tenant's lake."""
        async with self._database.tenant_tx(tenant_id) as connection:
            # Waiting for another worker's batch may take longer than a statement normally may.
            await connection.execute(sa.text("SET LOCAL statement_timeout = '120s'"))
            await connection.execute(sa.text("SET LOCAL idle_in_transaction_session_timeout = '600s'"))
            lock = "SELECT pg_advisory_xact_lock(hashtextextended(:tenant, 2))"
            await connection.execute(sa.text(lock), {"tenant": str(tenant_id)})
            yield PostgresLedger(connection, tenant_id, self._clock)

    async def progress(self, tenant_id: UUID, run_ids: Sequence[str]) -> tuple[int, int, int]:
        """Return streams announced, streams applied and batches applied over the runs."""
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (
                await connection.execute(
                    sa.text(
                        "SELECT count(*), count(completed_at), (SELECT count(*) FROM applied_batches"
                        " WHERE run_id = ANY(:runs)) FROM announced_streams WHERE run_id = ANY(:runs)"
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
