"""Start a sync."""

from uuid import UUID

from aos_common.ids import new_id

from aam.domain.connection import ConnectionState
from aam.domain.errors import NotReady, SafeMode, SyncsSwitchedOff
from aam.domain.run import RunState, StreamRun, SyncRun
from aam.domain.steering import paused
from aam.ports import Clock, Connections, Flags, Runs

READABLE = (ConnectionState.ACTIVE, ConnectionState.DRIFTED, ConnectionState.HEALING)


async def start_sync(
    tenant_id: UUID,
    connection_id: UUID,
    *,
    request_id: str = "",
    connections: Connections,
    runs: Runs,
    clock: Clock,
    flags: Flags,
) -> SyncRun:
    """Queue a run over every stream, or return the connection's active run.

    Raises `ConnectionPaused`, `NotReady`, `SafeMode` or `SyncsSwitchedOff`.
    """
    if not await flags.is_on(tenant_id, "use_aam_as_source", default=True):
        raise SyncsSwitchedOff(
            "Syncs are switched off for your tenant.", hint="An admin may type: aos flags on use_aam_as_source"
        )
    connection = await connections.get(tenant_id, connection_id)
    steering = connection.steering
    if steering.paused_at:
        raise paused(connection.name, steering.paused_by, steering.paused_at)
    if connection.safe_mode:
        raise SafeMode(
            f"{connection.name} is in Safe Mode.", hint="Look at its preview, then promote it: aos connections promote"
        )
    if connection.state not in READABLE:
        raise NotReady(
            f"{connection.name} is {connection.state}. {connection.error}".strip(),
            hint="Wait until it is ACTIVE; when it FAILED, correct the source or the settings and discover again.",
        )
    streams = await connections.streams(tenant_id, connection_id)
    run = SyncRun(
        id=new_id(),
        connection_id=connection_id,
        state=RunState.PENDING,
        created_at=clock(),
        streams=tuple(StreamRun(stream.name) for stream in streams),
        request_id=request_id,
    )
    return await runs.start(tenant_id, run)
