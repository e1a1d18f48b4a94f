"""Sync one stream of a run."""

import asyncio
import contextlib
from dataclasses import replace
from uuid import UUID

from aos_common.ids import new_id

from aam.domain.connection import Stream, StreamState
from aam.domain.errors import (
    Fault,
    MappingInvalid,
    ProjectionFailed,
    QuarantineFull,
    RunCancelled,
    SchemaChanged,
    SourceError,
)
from aam.domain.run import StreamRun, StreamRunState, SyncRun
from aam.ports import Connections, Extraction, Extractor, Progress, Runs, Source, Task

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
    connections: Connections,
    runs: Runs,
    extractor: Extractor,
) -> Exception | None:
    """Read, project and publish one stream; whatever is wrong with it settles it and disturbs no other.

    Returns what made its reading fail.
    """
    if stream.state is not StreamState.READY:
        held = StreamRun(stream.name, StreamRunState.HELD, error=stream.error, note=WAITING[stream.state])
        await runs.save_stream_run(tenant_id, run.id, held)
        return None
    progress = Progress()
    reporter = asyncio.create_task(_report(tenant_id, run.id, stream.name, progress, runs))
    try:
        task = Task(tenant_id, run.connection_id, run.id, new_id().hex[-8:], stream, holds_on_drift)
        extraction = await _extract(task, source, progress, extractor)
        await runs.commit_stream(tenant_id, run, _after(stream, extraction), _done(stream, extraction), extraction)
    except SchemaChanged as error:
        await connections.save_stream(tenant_id, replace(stream, state=StreamState.SCHEMA_CHANGED, error=str(error)))
        held = StreamRun(stream.name, StreamRunState.HELD, error=str(error), note=WAITING[StreamState.SCHEMA_CHANGED])
        await runs.save_stream_run(tenant_id, run.id, held)
    except (SourceError, MappingInvalid, ProjectionFailed, QuarantineFull) as error:
        failed = StreamRun(stream.name, StreamRunState.FAILED, rows_read=progress.rows_read, error=str(error))
        await runs.save_stream_run(tenant_id, run.id, failed)
        return error
    except RunCancelled:
        pass
    finally:
        progress.cancelled = True  # a thread whose awaiting task was cancelled stops at its next batch
        reporter.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reporter
    return None


async def _extract(task: Task, source: Source, progress: Progress, extractor: Extractor) -> Extraction:
    """The extraction, tried again when the source fails for the moment."""
    for attempt in range(1, ATTEMPTS):
        try:
            return await asyncio.to_thread(extractor.extract, task, source, progress)
        except SourceError as error:
            if error.fault is not Fault.TRANSIENT:
                raise
            await asyncio.sleep(BACKOFF_SECONDS * attempt)
            progress.rows_read = progress.rows_published = progress.rows_quarantined = 0
    return await asyncio.to_thread(extractor.extract, task, source, progress)


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
    version = stream.version if extraction.unchanged else extraction.version
    return replace(stream, cursor=extraction.cursor, version=version, published_mapping=mapping.version)


def _done(stream: Stream, extraction: Extraction) -> StreamRun:
    return StreamRun(
        stream.name,
        StreamRunState.SUCCEEDED,
        rows_read=extraction.rows_read,
        rows_published=sum(rows for _, rows in extraction.batches),
        rows_quarantined=len(extraction.misfits),
        batches=len(extraction.batches),
        note="unchanged since the last run" if extraction.unchanged else "",
    )
