"""Start a sync."""

import shlex
from collections.abc import Collection
from uuid import UUID

from aos_common.ids import new_id

from aam.domain.connection import Connection, ConnectionState
from aam.domain.errors import NotReady, RunActive, SafeMode, SyncsSwitchedOff, UnknownStreams
from aam.domain.run import RunState, StreamRun, SyncRun
from aam.domain.steering import RunPlan, paused
from aam.ports import Clock, Connections, Flags, Runs

INCREMENTAL = RunPlan()
READABLE = (ConnectionState.ACTIVE, ConnectionState.DRIFTED, ConnectionState.HEALING)


async def start_sync(
    tenant_id: UUID,
    connection_id: UUID,
    *,
    request_id: str = "",
    only: Collection[str] = (),
    plan: RunPlan = INCREMENTAL,
    connections: Connections,
    runs: Runs,
    clock: Clock,
    flags: Flags,
) -> SyncRun:
    """Queue a run over every stream, or `only` some, or return the connection's open run.

    Raises `ConnectionPaused`, `NotReady`, `SafeMode`, `SyncsSwitchedOff`, `UnknownStreams`, and `RunActive` where the
    open run reads something else than what is asked for.
    """
    if not await flags.is_on(tenant_id, "use_aam_as_source", default=True):
        raise SyncsSwitchedOff(
            "Syncs are switched off for your tenant.", hint="An admin may type: aos flags on use_aam_as_source"
        )
    connection = await connections.get(tenant_id, connection_id)
    _refuse_unready(connection)
    streams = await connections.streams(tenant_id, connection_id)
    missing = sorted(set(only) - {stream.name for stream in streams})
    if missing:
        raise UnknownStreams(
            f"{connection.name} has no stream {', '.join(missing[:5])}.",
            hint=f"Look at its streams: aos connections show {shlex.quote(connection.name)}",
        )
    run = SyncRun(
        id=new_id(),
        connection_id=connection_id,
        state=RunState.PENDING,
        created_at=clock(),
        streams=tuple(StreamRun(stream.name) for stream in streams if not only or stream.name in only),
        request_id=request_id,
        plan=plan,
    )
    found = await runs.start(tenant_id, run)
    if found.id != run.id and not (request_id and found.request_id == request_id):
        _refuse_other(found, run)
    return found


def _refuse_unready(connection: Connection) -> None:
    """Raise unless the connection may be read now."""
    steering, name = connection.steering, shlex.quote(connection.name)
    if steering.paused_at:
        raise paused(connection.name, steering.paused_by, steering.paused_at)
    if connection.safe_mode:
        raise SafeMode(
            f"{connection.name} is in Safe Mode.",
            hint=f"Look at its preview, then promote it: aos connections promote {name}",
        )
    if connection.state not in READABLE:
        raise NotReady(
            f"{connection.name} is {connection.state}. {connection.error}".strip(),
            hint=f"Wait until it is ACTIVE; when it FAILED, correct the source or: aos connections reconnect {name}",
        )


def _refuse_other(found: SyncRun, wanted: SyncRun) -> None:
    """Raise unless the open run does what is asked for."""
    reads = {stream.stream for stream in found.streams}
    if found.plan == wanted.plan and {stream.stream for stream in wanted.streams} <= reads:
        return
    raise RunActive(
        f"Run {found.id} is {found.state}, and reads something else than what is asked for.",
        hint="Wait until it has ended, or cancel it; then ask again.",
        run_id=str(found.id),
    )
