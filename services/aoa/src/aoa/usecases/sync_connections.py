"""Sync the connections of a run, and tell what the views will rest on."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

from aos_common.errors import DomainError

from aoa.domain.errors import NothingSynced
from aoa.domain.retry import LASTING
from aoa.domain.sync import (
    SYNCABLE,
    Announcement,
    Connection,
    Sync,
    announcement,
    outcome,
    progress,
    sources_of_unread,
    unread,
)
from aoa.ports import Mesh, StepLog
from aoa.usecases.polling import Poll

AT_ONCE = 8


async def sync_connections(
    tenant_id: UUID, run_id: UUID, connection_ids: Sequence[str], *, mesh: Mesh, log: StepLog, poll: Poll
) -> tuple[str, Announcement]:
    """Sync the connections and wait until all have ended; no `connection_ids` means every active one.

    Return one line on what became of them, and what DCL has to apply before the views show it. Repeating it for the
    same run finds the same syncs. Raise `NothingSynced` when every connection failed.
    """
    known = {connection.id: connection for connection in await mesh.connections(tenant_id)}
    chosen = [known.get(name, Connection(name, name, "")) for name in connection_ids]
    left_out: list[Connection] = []
    if not chosen:
        chosen = [connection for connection in known.values() if connection.state in SYNCABLE]
        left_out = [connection for connection in known.values() if connection.state not in SYNCABLE]
    if not chosen:
        return outcome([], left_out), Announcement()
    gate = asyncio.Semaphore(AT_ONCE)
    syncs = list(await asyncio.gather(*(_start(tenant_id, run_id, one, mesh, gate) for one in chosen)))
    while not all(sync.ended for sync in syncs):
        await log.report(progress(syncs))
        await poll.pause()
        syncs = list(await asyncio.gather(*(_look(tenant_id, sync, mesh, gate) for sync in syncs)))
    if all(sync.useless for sync in syncs):
        raise NothingSynced(f"No connection could be synced: {outcome(syncs)}.", hint="Repair them and run again.")
    return outcome(syncs, left_out), announcement(syncs, await _earlier(tenant_id, syncs, mesh))


async def _earlier(tenant_id: UUID, syncs: Sequence[Sync], mesh: Mesh) -> list[Sync]:
    """Streams that had not changed rest on an earlier sync, which may be under way in DCL still."""
    found: list[Sync] = []
    for sync in syncs:
        if unread(sync):
            found += sources_of_unread(sync, await mesh.earlier_syncs(tenant_id, sync.connection))
    return found


async def _start(tenant_id: UUID, run_id: UUID, connection: Connection, mesh: Mesh, gate: asyncio.Semaphore) -> Sync:
    async with gate:
        try:
            return await mesh.start_sync(tenant_id, connection, f"{run_id}:{connection.id}")
        except DomainError as error:
            if error.kind not in LASTING:
                raise
            return Sync(connection, state="failed", error=str(error))


async def _look(tenant_id: UUID, sync: Sync, mesh: Mesh, gate: asyncio.Semaphore) -> Sync:
    if sync.ended:
        return sync
    async with gate:
        return await mesh.sync(tenant_id, sync.connection, sync.run_id)
