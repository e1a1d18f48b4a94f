"""Sync one stream of a run."""

import asyncio
import contextlib
import time
from dataclasses import replace
from uuid import UUID

from aos_common.ids import new_id

from aam.domain.connection import Stream, StreamState
from aam.domain.errors import (
    BackfillRefused,
    Fault,
    MappingInvalid,
    ProjectionFailed,
    QuarantineFull,
    RunCancelled,
    RunSuperseded,
    SchemaChanged,
    SourceError,
)
from aam.domain.run import ACTIVE, SETTLED, RunState, StreamRun, StreamRunState, SyncRun
from aam.domain.steering import Span
from aam.ports import Connections, Extraction, Extractor, Pace, Progress, Runs, Source, Task
from aam.usecases.steering.refuse_backfill import refuse_backfill
from aam.usecases.syncing.keep_checkpoints import keep_checkpoints
from aam.usecases.syncing.sweep_stream import sweep_stream
from aam.usecases.syncing.tell_stream import tell_stream

ATTEMPTS = 3
BACKOFF_SECONDS = 1.0
REPORT_SECONDS = 1.0
WAITING = {
    StreamState.DISCOVERED: "not looked at yet",
    StreamState.NEEDS_MAPPING: "landed, needs mapping: decide about its proposal",
    StreamState.SCHEMA_CHANGED: "its shape changed: discover the connection again to accept it",
    StreamState.FAILED: "could not be read when it was discovered: repair it, then discover the connection again",
}


async def sync_stream(
    tenant_id: UUID,
    run: SyncRun,
    stream: Stream,
    source: Source,
    *,
    holds_on_drift: bool = True,
    pace: Pace | None = None,
    connections: Connections,
    runs: Runs,
    extractor: Extractor,
) -> Exception | None:
    """Read, project and publish one stream; whatever is wrong with it settles it and disturbs no other.

    Returns what made its reading fail.
    """
    if stream.state is not StreamState.READY:
        await runs.save_stream_run(tenant_id, run.id, _held(stream))
        return None
    if not await runs.save_stream_run(tenant_id, run.id, StreamRun(stream.name, StreamRunState.RUNNING)):
        return None  # paused, cancelled or settled meanwhile
    tell_stream(tenant_id, run.id, stream, StreamRun(stream.name, StreamRunState.RUNNING))
    progress, task = Progress(), _task(tenant_id, run, stream, holds_on_drift, pace)
    await runs.checkpoints.begin(tenant_id, run.id, stream.name, task.attempt)
    reporter = asyncio.create_task(_report(tenant_id, run.id, stream.name, progress, runs))
    failure: Exception | None = None
    try:
        await _publish(task, run, source, progress, runs, extractor)
    except SchemaChanged as error:
        changed = replace(stream, state=StreamState.SCHEMA_CHANGED, error=str(error))
        await connections.save_stream(tenant_id, changed)
        await runs.save_stream_run(tenant_id, run.id, _held(changed))
        tell_stream(tenant_id, run.id, stream, _held(changed))
    except (SourceError, BackfillRefused, MappingInvalid, ProjectionFailed, QuarantineFull) as error:
        failed = StreamRun(stream.name, StreamRunState.FAILED, rows_read=progress.rows_read, error=str(error))
        await runs.save_stream_run(tenant_id, run.id, failed)
        tell_stream(tenant_id, run.id, stream, failed)
        failure = error
    except RunCancelled:
        return None  # a paused run keeps its checkpoints; the end of a cancelled one tidies up
    finally:
        progress.cancelled = True  # a thread whose awaiting task was cancelled stops at its next batch
        reporter.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reporter
    await sweep_stream(task, runs=runs, extractor=extractor)
    return failure


def _held(stream: Stream) -> StreamRun:
    """What becomes of a stream that waits for somebody."""
    return StreamRun(stream.name, StreamRunState.HELD, error=stream.error, note=WAITING[stream.state])


def _task(tenant_id: UUID, run: SyncRun, stream: Stream, holds_on_drift: bool, pace: Pace | None) -> Task:
    plan, attempt = run.plan, new_id().hex[-8:]
    task = Task(tenant_id, run.connection_id, run.id, attempt, stream, holds_on_drift, pace=pace)
    return replace(task, full_refresh=plan.full_refresh or plan.replay, span=plan.span(), replay=plan.replay)


async def _publish(
    task: Task, run: SyncRun, source: Source, progress: Progress, runs: Runs, extractor: Extractor
) -> None:
    """Read the stream, and commit what it gave in one transaction."""
    stream = task.stream
    if task.span:
        refuse_backfill(stream)
    keeper = keep_checkpoints(runs.checkpoints, task.tenant_id, run.id, stream.name, task.attempt, progress)
    began = time.monotonic()
    extraction = await _extract(replace(task, checkpoints=keeper), source, progress, extractor)
    after, done = _after(stream, extraction), _done(stream, extraction, task.span)
    if not await runs.commit_stream(task.tenant_id, run, after, done, extraction, task.attempt):
        await _refuse_unsettled(task.tenant_id, run, stream.name, runs)
        return
    tell_stream(task.tenant_id, run.id, stream, done, time.monotonic() - began)


async def _extract(task: Task, source: Source, progress: Progress, extractor: Extractor) -> Extraction:
    """The extraction, tried again when the source fails for the moment."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await asyncio.to_thread(extractor.extract, task, source, progress)
        except SourceError as error:
            if error.fault is not Fault.TRANSIENT:
                raise
            await asyncio.sleep(BACKOFF_SECONDS * attempt)
    return await asyncio.to_thread(extractor.extract, task, source, progress)


async def _refuse_unsettled(tenant_id: UUID, run: SyncRun, stream: str, runs: Runs) -> None:
    """Raise when the stream can still be settled: another attempt has begun, or the run is paused."""
    now = await runs.get(tenant_id, run.id)
    if not any(one.stream == stream and one.state not in SETTLED for one in now.streams):
        return
    if now.state in ACTIVE:
        raise RunSuperseded(f"{stream}: another worker reads it now.")
    if now.state is RunState.PAUSED:
        raise RunCancelled(f"{stream}: the run was paused.")


async def _report(tenant_id: UUID, run_id: UUID, stream: str, progress: Progress, runs: Runs) -> None:
    """Save the counts once a second; stop the reading when the run was cancelled."""
    while not progress.cancelled:
        counts = StreamRun(
            stream,
            StreamRunState.RUNNING,
            rows_read=progress.rows_read,
            rows_quarantined=progress.rows_quarantined,
        )
        if not await runs.save_stream_run(tenant_id, run_id, counts):
            progress.cancelled = True
            return
        await asyncio.sleep(REPORT_SECONDS)


def _after(stream: Stream, extraction: Extraction) -> Stream:
    mapping = stream.mapping
    assert mapping is not None
    version = stream.version if extraction.unchanged else max(extraction.version, extraction.highest)
    return replace(stream, cursor=extraction.cursor, version=version, published_mapping=mapping.version)


def _done(stream: Stream, extraction: Extraction, span: Span | None) -> StreamRun:
    idle = "nothing lies in the range" if span else "unchanged since the last run"
    gone = f"{extraction.deleted} records are gone" if extraction.deleted else ""
    return StreamRun(
        stream.name,
        StreamRunState.SUCCEEDED,
        rows_read=extraction.rows_read,
        rows_published=extraction.published,
        rows_quarantined=len(extraction.misfits),
        batches=len(extraction.batches),
        note=idle if extraction.unchanged else gone,
    )
