"""Pauses, limits and schedules of connections in PostgreSQL."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.ids import new_id
from aos_common.jobs import enqueue, withdraw
from sqlalchemy.ext.asyncio import AsyncConnection

from aam.adapters.connections import not_found
from aam.adapters.rows import clean, steering_of
from aam.adapters.runs import SYNC
from aam.adapters.tables import connections, runs
from aam.domain.run import ACTIVE, RunState
from aam.domain.steering import Limits, Schedule, Steering
from aam.ports import Due

SCHEDULE = "schedule"
"""The kind of job that waits for a due time; its key names the connection and the time."""
_ACTIVE = [state.value for state in ACTIVE]


class PostgresSteering:
    """The `SteeringStore` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def pause(self, tenant_id: UUID, connection_id: UUID, by: str, at: datetime) -> Steering:
        """Pause the connection and its open run in one transaction, so that none slips through."""
        async with self._database.tenant_tx(tenant_id) as tx:
            before = await _locked(tx, connection_id)
            if before.paused_at:
                return before
            stopped = sa.update(runs).where(runs.c.connection_id == connection_id, runs.c.state.in_(_ACTIVE))
            await tx.execute(stopped.values(state=RunState.PAUSED.value))
            return await _changed(tx, connection_id, {"paused_by": clean(by), "paused_at": at})

    async def resume(self, tenant_id: UUID, connection_id: UUID) -> Steering:
        """Resume it, with a job of its own for the run where a worker that is stopping may still hold the old one."""
        async with self._database.tenant_tx(tenant_id) as tx:
            await _locked(tx, connection_id)
            change = sa.update(runs).where(runs.c.connection_id == connection_id, runs.c.state == RunState.PAUSED.value)
            for row in await tx.execute(change.values(state=RunState.PENDING.value).returning(runs.c.id)):
                job: dict[str, Any] = {"tenant_id": tenant_id, "kind": SYNC, "payload": {"run_id": str(row.id)}}
                if not await enqueue(tx, **job, key=str(row.id)):
                    await enqueue(tx, **job, key=f"{row.id}:{new_id()}")
            return await _changed(tx, connection_id, {"paused_by": "", "paused_at": None})

    async def set_limits(self, tenant_id: UUID, connection_id: UUID, limits: Limits) -> Steering:
        """Replace both limits."""
        values = {"streams_at_once": limits.streams_at_once, "rows_per_second": limits.rows_per_second}
        async with self._database.tenant_tx(tenant_id) as tx:
            return await _changed(tx, connection_id, values)

    async def set_schedule(self, tenant_id: UUID, connection_id: UUID, schedule: Schedule, due: Due | None) -> Steering:
        """Replace the schedule, and the job that waits for its next due time."""
        values = {"every_minutes": schedule.every_minutes, "cron": schedule.cron, "timezone": schedule.timezone}
        async with self._database.tenant_tx(tenant_id) as tx:
            before = await _locked(tx, connection_id)
            if before.next_at:
                await withdraw(tx, kind=SCHEDULE, key=_key(connection_id, before.next_at))
            if due:
                await _wait(tx, tenant_id, connection_id, due)
            return await _changed(tx, connection_id, {**values, "next_at": due.at if due else None})

    async def settle_due(self, tenant_id: UUID, connection_id: UUID, at: datetime, note: str, due: Due) -> None:
        """Move on from the due time, unless another worker did, or the schedule has changed."""
        async with self._database.tenant_tx(tenant_id) as tx:
            before = await _locked(tx, connection_id)
            if before.next_at == at:
                await _wait(tx, tenant_id, connection_id, due)
                await _changed(tx, connection_id, {"last_at": at, "last_note": clean(note), "next_at": due.at})


async def _wait(tx: AsyncConnection, tenant_id: UUID, connection_id: UUID, due: Due) -> None:
    payload = {"connection_id": str(connection_id), "due": due.at.isoformat()}
    key = _key(connection_id, due.at)
    await enqueue(tx, tenant_id=tenant_id, kind=SCHEDULE, payload=payload, key=key, run_at=due.start_at)


def _key(connection_id: UUID, at: datetime) -> str:
    return f"{connection_id} {at.astimezone(UTC).isoformat()}"


async def _locked(tx: AsyncConnection, connection_id: UUID) -> Steering:
    """The connection's steering, which nobody changes meanwhile, and beside which no run starts."""
    query = sa.select(connections).where(connections.c.id == connection_id).with_for_update()
    row = (await tx.execute(query)).first()
    if row is None:
        raise not_found(connection_id)
    return steering_of(row)


async def _changed(tx: AsyncConnection, connection_id: UUID, values: dict[str, Any]) -> Steering:
    change = sa.update(connections).where(connections.c.id == connection_id).values(values)
    row = (await tx.execute(change.returning(connections))).first()
    if row is None:
        raise not_found(connection_id)
    return steering_of(row)
