"""Run a sync to its end, from wherever an earlier worker left it."""

import asyncio
from dataclasses import dataclass
from uuid import UUID

from aos_common.flow import Stage, Status, tell
from aos_common.metrics import synced

from aam.domain.connection import Connection, ConnectionState, Stream, StreamState, state_after
from aam.domain.errors import CredentialsRejected, Fault, SourceError
from aam.domain.run import ACTIVE, OPEN, SETTLED, RunState, StreamRun, StreamRunState, SyncRun, verdict
from aam.ports import Clock, Connections, Connectors, Deliveries, Extractor, Flags, Pace, Runs, Source, Task
from aam.usecases.connecting.open_source import open_source
from aam.usecases.delivery.hold_back import hold_back
from aam.usecases.delivery.replay_source import replay_source
from aam.usecases.steering.pace import pace
from aam.usecases.syncing.sweep_stream import sweep_stream
from aam.usecases.syncing.sync_stream import sync_stream


async def run_sync(
    tenant_id: UUID,
    run_id: UUID,
    *,
    connections: Connections,
    connectors: Connectors,
    runs: Runs,
    extractor: Extractor,
    clock: Clock,
    flags: Flags,
    deliveries: Deliveries,
    most_unapplied: int,
    at_once: int = 2,
) -> bool:
    """Read every stream that is not settled, at most `at_once` at a time, then settle the run.

    Safe to repeat: settled streams stay, and a stream is published in one transaction or not at all. Returns whether
    it is to be repeated later, because the views are `most_unapplied` batches behind: no stream is begun then.
    """
    run = await runs.get(tenant_id, run_id)
    await _tidy_up(tenant_id, run, runs, extractor)
    if run.state not in ACTIVE or not await runs.set_state(tenant_id, run_id, RunState.RUNNING, "", None):
        return False
    connection = await connections.get(tenant_id, run.connection_id)
    try:
        source = (
            None
            if run.plan.replay
            else await open_source(tenant_id, connection, connections=connections, connectors=connectors)
        )
    except SourceError as failure:
        if failure.fault is not Fault.TRANSIENT:
            await runs.set_state(tenant_id, run_id, RunState.FAILED, str(failure), clock())
            entity, why = f"connection:{connection.id}", str(failure)
            tell("aam", tenant_id, Stage.CONNECTION_FAILURE, Status.FAILURE, entity, run=run_id, error=why)
            return False
        raise
    holds = await flags.is_on(tenant_id, "drift_detection", default=True)
    reading = _Reading(tenant_id, run, source, holds, most_unapplied, connections, runs, extractor, deliveries)
    await reading.all(connection, at_once)
    run = await runs.get(tenant_id, run_id)
    if any(entry.state not in SETTLED for entry in run.streams):  # paused, cancelled, or waiting for the views
        await _tidy_up(tenant_id, run, runs, extractor)
        return reading.waits and run.state in ACTIVE
    state, error = verdict(list(run.streams))
    if await runs.set_state(tenant_id, run_id, state, error, clock()):
        went = (Stage.CONNECTION_FAILURE, Status.FAILURE) if error else (Stage.CONNECTION_SUCCESS, Status.SUCCESS)
        if not error:
            synced.set_to_current_time()
        tell("aam", tenant_id, *went, f"connection:{connection.id}", run=run_id, name=connection.name)
        await _tell_connection(tenant_id, connection, reading.rejected, error, connections, flags)
    return False


@dataclass
class _Reading:
    """The streams of one run; without a `source` what has landed of them is read again."""

    tenant_id: UUID
    run: SyncRun
    source: Source | None
    holds_on_drift: bool
    most_unapplied: int
    connections: Connections
    runs: Runs
    extractor: Extractor
    deliveries: Deliveries
    waits: bool = False
    rejected: bool = False

    async def all(self, connection: Connection, at_once: int) -> None:
        """Read what is not settled, as many at once as the worker and the connection's limits allow."""
        streams = {stream.name: stream for stream in await self.connections.streams(self.tenant_id, connection.id)}
        limits = connection.steering.limits
        slots = asyncio.Semaphore(min(at_once, limits.streams_at_once or at_once))
        held_back = pace(limits.rows_per_second)
        try:
            async with asyncio.TaskGroup() as group:
                for entry in self.run.streams:
                    if entry.state not in SETTLED:
                        group.create_task(self._one(entry.stream, streams.get(entry.stream), slots, held_back))
        except ExceptionGroup as troubles:
            raise troubles.exceptions[0] from None  # a worker's own trouble, told plainly; the job is tried again

    async def _one(self, name: str, stream: Stream | None, slots: asyncio.Semaphore, held_back: Pace | None) -> None:
        async with slots:
            if stream is None:
                gone = StreamRun(name, StreamRunState.HELD, note="no longer part of the connection")
                await self.runs.save_stream_run(self.tenant_id, self.run.id, gone)
            elif why := await hold_back(self.tenant_id, self.most_unapplied, deliveries=self.deliveries):
                await self.runs.save_stream_run(self.tenant_id, self.run.id, StreamRun(name, note=why))
                self.waits = True
            else:
                await self._read(stream, held_back)

    async def _read(self, stream: Stream, held_back: Pace | None) -> None:
        deliveries, extractor = self.deliveries, self.extractor
        failure = await sync_stream(
            self.tenant_id,
            self.run,
            stream,
            self.source or await replay_source(self.tenant_id, stream, deliveries=deliveries, extractor=extractor),
            holds_on_drift=self.holds_on_drift,
            pace=held_back,
            connections=self.connections,
            runs=self.runs,
            extractor=extractor,
        )
        self.rejected = self.rejected or isinstance(failure, CredentialsRejected)


async def _tell_connection(
    tenant_id: UUID, connection: Connection, rejected: bool, error: str, connections: Connections, flags: Flags
) -> None:
    """Give the connection the state that the run has left it in."""
    now = await connections.streams(tenant_id, connection.id)
    after = ConnectionState.FAILED if rejected else state_after(now)
    await connections.set_state(tenant_id, connection.id, after, error or connection.error)
    changed = any(stream.state is StreamState.SCHEMA_CHANGED for stream in now)
    if changed and await flags.is_on(tenant_id, "auto_repair", default=False):
        await connections.look_again(tenant_id, connection.id)


async def _tidy_up(tenant_id: UUID, run: SyncRun, runs: Runs, extractor: Extractor) -> None:
    """Sweep what has ended: a worker may have died before it had tidied up."""
    for entry in run.streams:
        if run.state not in OPEN or entry.state in SETTLED:
            stream = Stream(run.connection_id, entry.stream, StreamState.READY)
            left = Task(tenant_id, run.connection_id, run.id, "", stream)
            await sweep_stream(left, runs=runs, extractor=extractor)
