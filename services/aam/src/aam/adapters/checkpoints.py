"""Checkpoints in PostgreSQL; a worker that was given up for dead, and is not, can add none."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from aam.adapters.tables import batches, checkpoints, runs, stream_runs
from aam.domain.landing import BatchName
from aam.ports import Checkpoint, KeptBatch


class PostgresCheckpoints:
    """The `StoredCheckpoints` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, tenant_id: UUID, run_id: UUID, stream: str, attempt: str) -> None:
        """Make this attempt the only one that may change the stream's run."""
        change = sa.update(stream_runs).where(stream_runs.c.run_id == run_id, stream_runs.c.stream == stream)
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(change.values(attempt=attempt))

    async def load(self, tenant_id: UUID, run_id: UUID, stream: str) -> list[Checkpoint]:
        """In order."""
        query = (
            sa.select(checkpoints, runs.c.connection_id)
            .join(runs, runs.c.id == checkpoints.c.run_id)
            .where(checkpoints.c.run_id == run_id, checkpoints.c.stream == stream)
            .order_by(checkpoints.c.index)
        )
        async with self._database.tenant_tx(tenant_id) as tx:
            return [_checkpoint_of(row) for row in await tx.execute(query)]

    async def save(self, tenant_id: UUID, run_id: UUID, stream: str, attempt: str, checkpoint: Checkpoint) -> bool:
        """Add one, unless another attempt has begun."""
        values = {"tenant_id": tenant_id, "run_id": run_id, "stream": stream, **_values(checkpoint)}
        async with self._database.tenant_tx(tenant_id) as tx:
            if not await _holds(tx, run_id, stream, attempt):
                return False
            await tx.execute(sa.insert(checkpoints).values(values))
            return True

    async def clear(self, tenant_id: UUID, run_id: UUID, stream: str, attempt: str) -> bool:
        """Delete all of the stream, unless another attempt has begun."""
        async with self._database.tenant_tx(tenant_id) as tx:
            if not await _holds(tx, run_id, stream, attempt):
                return False
            await tx.execute(_of_stream(run_id, stream))
            return True

    async def sweep(self, tenant_id: UUID, run_id: UUID, stream: str) -> set[str]:
        """Delete all of the stream; return the object keys that its run announced."""
        query = sa.select(batches.c.landing_key, batches.c.canonical_key).where(
            batches.c.run_id == run_id, batches.c.stream == stream
        )
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(_of_stream(run_id, stream))
            return {key for row in await tx.execute(query) for key in row}


def _of_stream(run_id: UUID, stream: str) -> sa.Delete:
    return sa.delete(checkpoints).where(checkpoints.c.run_id == run_id, checkpoints.c.stream == stream)


async def _holds(tx: AsyncConnection, run_id: UUID, stream: str, attempt: str) -> bool:
    mine = sa.select(stream_runs.c.stream).where(
        stream_runs.c.run_id == run_id, stream_runs.c.stream == stream, stream_runs.c.attempt == attempt
    )
    return (await tx.execute(mine.with_for_update())).first() is not None


def _values(checkpoint: Checkpoint) -> dict[str, Any]:
    kept = [
        {
            "attempt": one.name.attempt,
            "index": one.name.index,
            "rows": one.rows,
            "deleted": one.deleted,
            "misfits": one.misfits,
        }
        for one in checkpoint.batches
    ]
    return {
        "index": checkpoint.index,
        "state": dict(checkpoint.state),
        "batches": kept,
        "rows_read": checkpoint.rows_read,
        "last_row": checkpoint.last_row,
        "snapshot": checkpoint.snapshot,
        "highest": checkpoint.highest,
        "mapping_version": checkpoint.mapping_version,
    }


def _checkpoint_of(row: sa.Row[Any]) -> Checkpoint:
    kept = tuple(
        KeptBatch(
            BatchName(row.connection_id, row.stream, row.run_id, one["attempt"], one["index"]),
            one["rows"],
            one["deleted"],
            one["misfits"],
        )
        for one in row.batches
    )
    return Checkpoint(row.state, kept, row.rows_read, row.last_row, row.snapshot, row.highest, row.mapping_version)
