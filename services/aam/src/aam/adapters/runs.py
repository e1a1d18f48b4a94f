"""Sync runs in PostgreSQL; a stream's rows become visible in one transaction, or not at all."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.jobs import enqueue
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from aam.adapters.checkpoints import PostgresCheckpoints
from aam.adapters.connections import MOVED_BY_RUNS, not_found
from aam.adapters.deliveries import record_delivery
from aam.adapters.event_log import announce
from aam.adapters.rows import clean, run_of, stream_run_of, stream_values
from aam.adapters.tables import batches, connections, quarantine, runs, stream_runs, streams
from aam.domain.connection import Stream
from aam.domain.errors import RunNotFound
from aam.domain.quarantine import misfit_id
from aam.domain.run import ACTIVE, OPEN, SETTLED, RunState, StreamRun, SyncRun
from aam.domain.steering import paused
from aam.ports import Extraction

SYNC = "sync"
INSERT_ROWS = 1_000
_ACTIVE = [state.value for state in ACTIVE]
_OPEN = [state.value for state in OPEN]
_SETTLED = [state.value for state in SETTLED]


class PostgresRuns:
    """The `Runs` port; `published` is called after events were committed."""

    def __init__(self, database: Database, partitions: int) -> None:
        self._database, self._partitions = database, partitions
        self._checkpoints = PostgresCheckpoints(database)

    @property
    def checkpoints(self) -> PostgresCheckpoints:
        """How far streams that are not settled have come."""
        return self._checkpoints

    async def start(self, tenant_id: UUID, run: SyncRun) -> SyncRun:
        """Store a run and its job; or return the one with its request id, or the one that is active."""
        async with self._database.tenant_tx(tenant_id) as tx:
            await _refuse_paused(tx, run.connection_id)
            values = {
                "tenant_id": tenant_id,
                "id": run.id,
                "connection_id": run.connection_id,
                "state": run.state.value,
                "request_id": run.request_id,
                "error": "",
                "created_at": run.created_at,
                "full_refresh": run.plan.full_refresh,
                "replay": run.plan.replay,
                "backfill_from": run.plan.backfill_from,
                "backfill_until": run.plan.backfill_until,
            }
            added = await tx.execute(insert(runs).values(values).on_conflict_do_nothing())
            if added.rowcount:
                rows = [_stream_run_values(tenant_id, run.id, stream) for stream in run.streams]
                if rows:
                    await tx.execute(sa.insert(stream_runs), rows)
                await enqueue(tx, tenant_id=tenant_id, kind=SYNC, payload={"run_id": str(run.id)}, key=str(run.id))
                return run
            earlier = sa.select(runs).where(
                sa.or_(
                    sa.and_(runs.c.request_id == run.request_id, runs.c.request_id != ""),
                    sa.and_(runs.c.connection_id == run.connection_id, runs.c.state.in_(_OPEN)),
                )
            )
            row = (await tx.execute(earlier.order_by(runs.c.request_id.desc()).limit(1))).one()
            return await _with_streams(tx, row)

    async def get(self, tenant_id: UUID, run_id: UUID) -> SyncRun:
        """The run, or `RunNotFound`."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(sa.select(runs).where(runs.c.id == run_id))).first()
            if row is None:
                raise RunNotFound(f"There is no run {run_id}.", hint="List the runs to find its id.")
            return await _with_streams(tx, row)

    async def page(self, tenant_id: UUID, connection_id: UUID | None, size: int, before: UUID | None) -> list[SyncRun]:
        """At most `size` runs, newest first, after the one named `before`."""
        query = sa.select(runs).order_by(runs.c.id.desc()).limit(size)
        if connection_id:
            query = query.where(runs.c.connection_id == connection_id)
        if before:
            query = query.where(runs.c.id < before)
        async with self._database.tenant_tx(tenant_id) as tx:
            return [await _with_streams(tx, row) for row in (await tx.execute(query)).all()]

    async def set_state(
        self, tenant_id: UUID, run_id: UUID, state: RunState, error: str, ended_at: datetime | None
    ) -> bool:
        """Move an active run on; False when it is not active any more."""
        values = {"state": state.value, "error": clean(error), "ended_at": ended_at}
        statement = sa.update(runs).where(runs.c.id == run_id, runs.c.state.in_(_ACTIVE)).values(values)
        async with self._database.tenant_tx(tenant_id) as tx:
            return bool((await tx.execute(statement)).rowcount)

    async def cancel(self, tenant_id: UUID, run_id: UUID, ended_at: datetime) -> None:
        """End an open run; where no worker holds it one is asked to tidy up after it."""
        found = sa.select(runs.c.state).where(runs.c.id == run_id, runs.c.state.in_(_OPEN)).with_for_update()
        values = {"state": RunState.CANCELLED.value, "ended_at": ended_at}
        async with self._database.tenant_tx(tenant_id) as tx:
            state = (await tx.execute(found)).scalar()
            if state is not None:
                await tx.execute(sa.update(runs).where(runs.c.id == run_id).values(values))
            if state == RunState.PAUSED.value:
                payload = {"run_id": str(run_id)}
                await enqueue(tx, tenant_id=tenant_id, kind=SYNC, payload=payload, key=f"{run_id}:cancelled")

    async def save_stream_run(self, tenant_id: UUID, run_id: UUID, stream: StreamRun) -> bool:
        """Save counts, or the end without data, of a stream that is not settled; False when the run is not active."""
        async with self._database.tenant_tx(tenant_id) as tx:
            active = sa.select(runs.c.id).where(runs.c.id == run_id, runs.c.state.in_(_ACTIVE))
            if (await tx.execute(active)).first() is None:
                return False
            await _settle(tx, tenant_id, run_id, stream)
            return True

    async def commit_stream(
        self, tenant_id: UUID, run: SyncRun, stream: Stream, done: StreamRun, extraction: Extraction, attempt: str
    ) -> bool:
        """Batches, quarantine, cursor, state and events together; False when that is not this attempt's any more."""
        async with self._database.tenant_tx(tenant_id) as tx:
            active = sa.select(runs.c.id).where(runs.c.id == run.id, runs.c.state.in_(_ACTIVE)).with_for_update()
            if (await tx.execute(active)).first() is None or not await _settle(tx, tenant_id, run.id, done, attempt):
                return False
            await tx.execute(
                sa.update(stream_runs)
                .where(stream_runs.c.run_id == run.id, stream_runs.c.stream == stream.name)
                .values(bytes=extraction.landed_bytes, whole=extraction.snapshot)
            )
            await tx.execute(
                sa.update(streams)
                .where(streams.c.connection_id == stream.connection_id, streams.c.name == stream.name)
                .values(_cursor_values(stream))
            )
            if not extraction.unchanged:
                await _write_batches(tx, tenant_id, run.id, stream, extraction)
                await _write_quarantine(tx, tenant_id, run.id, stream, extraction)
                await announce(tx, tenant_id, run.id, stream, extraction, self._partitions)
                await record_delivery(tx, tenant_id, run.id, stream, extraction)
        return True


async def _refuse_paused(tx: AsyncConnection, connection_id: UUID) -> None:
    """Raise when the connection is paused, or gone; it stays as it is until the transaction ends."""
    wanted = connections.c.name, connections.c.paused_by, connections.c.paused_at
    query = sa.select(*wanted).where(connections.c.id == connection_id).with_for_update(read=True)
    found = (await tx.execute(query)).first()
    if found is None:
        raise not_found(connection_id)
    if found.paused_at:
        raise paused(found.name, found.paused_by, found.paused_at)


def _cursor_values(stream: Stream) -> dict[str, Any]:
    values = stream_values(stream)
    return {name: values[name] for name in MOVED_BY_RUNS}


def _stream_run_values(tenant_id: UUID, run_id: UUID, stream: StreamRun) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "run_id": run_id,
        "stream": stream.stream,
        "state": stream.state.value,
        "rows_read": stream.rows_read,
        "rows_published": stream.rows_published,
        "rows_quarantined": stream.rows_quarantined,
        "batches": stream.batches,
        "error": clean(stream.error),
        "note": clean(stream.note),
    }


async def _with_streams(tx: AsyncConnection, row: sa.Row[Any]) -> SyncRun:
    query = sa.select(stream_runs).where(stream_runs.c.run_id == row.id).order_by(stream_runs.c.stream)
    return run_of(row, [stream_run_of(one) for one in await tx.execute(query)])


async def _settle(
    tx: AsyncConnection, tenant_id: UUID, run_id: UUID, stream: StreamRun, attempt: str | None = None
) -> bool:
    change = sa.update(stream_runs).where(
        stream_runs.c.run_id == run_id,
        stream_runs.c.stream == stream.stream,
        stream_runs.c.state.not_in(_SETTLED),
    )
    if attempt is not None:
        change = change.where(stream_runs.c.attempt == attempt)
    values = _stream_run_values(tenant_id, run_id, stream)
    values["started_at"] = sa.func.coalesce(stream_runs.c.started_at, sa.func.now())
    if stream.state in SETTLED:
        values["ended_at"] = sa.func.clock_timestamp()
    return bool((await tx.execute(change.values(values))).rowcount)


async def _write_batches(
    tx: AsyncConnection, tenant_id: UUID, run_id: UUID, stream: Stream, extraction: Extraction
) -> None:
    rows = [
        {
            "tenant_id": tenant_id,
            "id": name.batch_id,
            "run_id": run_id,
            "stream": stream.name,
            "landing_key": name.landing_key,
            "canonical_key": name.canonical_key,
            "mapping_version": stream.published_mapping,
            "rows": count,
        }
        for name, count in extraction.batches
    ]
    if rows:
        await tx.execute(insert(batches).on_conflict_do_nothing(), rows)


async def _write_quarantine(
    tx: AsyncConnection, tenant_id: UUID, run_id: UUID, stream: Stream, extraction: Extraction
) -> None:
    """A whole reading of the stream replaces what earlier readings had set aside."""
    if extraction.snapshot:
        await tx.execute(
            sa.delete(quarantine).where(
                quarantine.c.connection_id == stream.connection_id, quarantine.c.stream == stream.name
            )
        )
    for start in range(0, len(extraction.misfits), INSERT_ROWS):
        rows = [
            {
                "tenant_id": tenant_id,
                "connection_id": stream.connection_id,
                "stream": stream.name,
                "row_number": misfit.row,
                "id": misfit_id(run_id, stream.name, misfit),
                "run_id": run_id,
                "file": clean(misfit.file),
                "column_name": clean(misfit.column),
                "value": clean(misfit.value),
                "reason": clean(misfit.reason),
                "record": clean(misfit.record),
            }
            for misfit in extraction.misfits[start : start + INSERT_ROWS]
        ]
        await tx.execute(insert(quarantine).on_conflict_do_nothing(), rows)
