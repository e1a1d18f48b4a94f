import asyncio
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from aos_common.db import Database
from aos_common.errors import DependencyUnavailable, InvalidRequest
from aos_common.jobs import Job, Postponed, Worker, enqueue
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter


async def _enqueue(database: Database, tenant: UUID, kind: str, key: str | None = None) -> bool:
    async with database.tenant_tx(tenant) as connection:
        return await enqueue(connection, tenant_id=tenant, kind=kind, payload={"n": 1}, key=key)


async def _states(database: Database, tenant: UUID) -> list[str]:
    async with database.tenant_tx(tenant) as connection:
        return list((await connection.execute(sa.text("SELECT state FROM jobs ORDER BY id"))).scalars())


async def _run_until(worker: Worker, database: Database, tenant: UUID, state: str) -> None:
    task = asyncio.create_task(worker.run())
    async with asyncio.timeout(15):
        while await _states(database, tenant) != [state]:
            await asyncio.sleep(0.05)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_enqueue_when_an_unfinished_job_has_the_key_then_it_adds_none(database: Database, tenant: UUID) -> None:
    kind = uuid4().hex
    assert await _enqueue(database, tenant, kind, "one")
    assert not await _enqueue(database, tenant, kind, "one")
    assert await _enqueue(database, uuid4(), kind, "one"), "another tenant's key is its own"


async def test_worker_when_a_handler_fails_for_a_moment_then_the_job_is_retried(
    database: Database, tenant: UUID
) -> None:
    kind, attempts = uuid4().hex, []

    async def handle(job: Job) -> None:
        attempts.append(job.attempts)
        if len(attempts) == 1:
            raise DependencyUnavailable("not yet")

    await _enqueue(database, tenant, kind)
    await _run_until(Worker(database, {kind: handle}), database, tenant, "done")
    assert attempts == [1, 2]


async def test_worker_when_the_input_is_bad_then_the_job_fails_at_once(database: Database, tenant: UUID) -> None:
    kind = uuid4().hex

    async def handle(job: Job) -> None:
        raise InvalidRequest("never")

    await _enqueue(database, tenant, kind)
    await _run_until(Worker(database, {kind: handle}), database, tenant, "failed")


async def test_worker_when_another_died_mid_job_then_it_takes_the_job_over(database: Database, tenant: UUID) -> None:
    kind, done = uuid4().hex, []

    async def hang(job: Job) -> None:
        await asyncio.sleep(60)

    async def finish(job: Job) -> None:
        done.append(job.attempts)

    await _enqueue(database, tenant, kind)
    dying = asyncio.create_task(Worker(database, {kind: hang}, lease_seconds=0.6).run())
    await asyncio.sleep(0.4)
    dying.cancel()  # as kill -9 would: it renews no more
    with suppress(asyncio.CancelledError):
        await dying
    await _run_until(Worker(database, {kind: finish}), database, tenant, "done")
    assert done == [2]


async def test_worker_when_jobs_ended_long_ago_then_their_rows_go_and_unfinished_ones_stay(
    database: Database, tenant: UUID
) -> None:
    kind = uuid4().hex
    aged = sa.text("UPDATE jobs SET state = :state, run_at = now() - interval '8 days' WHERE state = 'queued'")
    for state in ("done", "failed", "queued"):
        await _enqueue(database, tenant, kind)
        async with database.tenant_tx(tenant) as connection:
            await connection.execute(aged, {"state": state})
    assert await Worker(database, {kind: _never}).prune() == 2
    assert await _states(database, tenant) == ["queued"]


async def _never(job: Job) -> None:
    raise AssertionError


async def test_job_when_it_is_postponed_then_runs_again_later_and_that_is_no_attempt(
    database: Database, tenant: UUID
) -> None:
    kind, seen = uuid4().hex, []

    async def wait(job: Job) -> None:
        seen.append(job.attempts)
        if len(seen) < 4:
            raise Postponed(0.05)

    await _enqueue(database, tenant, kind)
    await _run_until(Worker(database, {kind: wait}, max_attempts=1), database, tenant, "done")
    assert seen == [1, 1, 1, 1]


async def test_job_when_it_asks_for_later_then_its_trace_tells_of_no_failure(
    database: Database, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    kind, told, spans = uuid4().hex, list[int](), InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    monkeypatch.setattr("aos_common.jobs.tracer", provider.get_tracer("test"))

    async def wait(_: Job) -> None:
        told.append(1)
        if len(told) == 1:
            raise Postponed(0.05)
        if len(told) == 2:
            raise DependencyUnavailable("The source is away.", hint="Wait.")

    await _enqueue(database, tenant, kind)
    await _run_until(Worker(database, {kind: wait}), database, tenant, "done")
    ended = [span.status.status_code for span in spans.get_finished_spans()]
    assert ended == [trace.StatusCode.UNSET, trace.StatusCode.ERROR, trace.StatusCode.UNSET]


async def test_job_when_asked_for_within_a_trace_then_its_work_is_part_of_it(database: Database, tenant: UUID) -> None:
    kind, seen = uuid4().hex, []

    async def handle(job: Job) -> None:
        seen.append((trace.get_current_span().get_span_context().trace_id, job.payload["n"]))

    wanted = trace.SpanContext(0xA0B0, 0xC0D0, is_remote=True, trace_flags=trace.TraceFlags(1))
    with trace.use_span(trace.NonRecordingSpan(wanted)):
        await _enqueue(database, tenant, kind)
    await _run_until(Worker(database, {kind: handle}), database, tenant, "done")
    assert seen == [(0xA0B0, 1)]
