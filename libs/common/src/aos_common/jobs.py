"""Durable background jobs in PostgreSQL: enqueued in the caller's transaction, leased, retried, never lost.

A worker that dies stops renewing its lease and another takes the job over, so handlers are idempotent. The payload
holds ids only; the rows they name stay behind row-level security.
"""

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
import structlog
from opentelemetry import context as otel_context
from opentelemetry import propagate, trace
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import UUID as PG_UUID
from sqlalchemy.ext.asyncio import AsyncConnection

from aos_common.db import Database, tenant_table
from aos_common.errors import DomainError, Kind
from aos_common.ids import new_id
from aos_common.notices import JOB_ADDED
from aos_common.redaction import scrub

__all__ = ["Job", "Postponed", "Worker", "enqueue", "jobs_table", "withdraw"]

log = structlog.get_logger()
tracer = trace.get_tracer(__name__)

TRACE = "traceparent"
"""Where a payload carries the trace of whoever asked for the job."""

MAX_BACKOFF_SECONDS = 60.0
KEEP_ENDED = timedelta(days=7)
PRUNE_SECONDS = 3600.0


def jobs_table(metadata: sa.MetaData) -> sa.Table:
    """Declare the jobs table. `key` makes an unfinished job unique, e.g. one sync a connection."""
    return tenant_table(
        "jobs",
        metadata,
        sa.Column("id", PG_UUID(as_uuid=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("payload", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True)),
        sa.Column("worker", sa.Text, nullable=False, server_default=""),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Index(
            "jobs_unfinished_key",
            "tenant_id",
            "kind",
            "key",
            unique=True,
            postgresql_where=sa.text("state IN ('queued', 'running')"),
        ),
        sa.Index("jobs_due", "run_at", postgresql_where=sa.text("state IN ('queued', 'running')")),
    )


class Postponed(Exception):
    """Raised by a handler whose job is to run again after so many seconds; that counts as no attempt."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"postponed for {seconds:.0f} seconds")
        self.seconds = seconds


@dataclass(frozen=True)
class Job:
    """A claimed job. `attempts` counts this one; `last` is True when no retry follows."""

    tenant_id: UUID
    id: UUID
    kind: str
    key: str
    payload: Mapping[str, Any]
    attempts: int
    last: bool


async def enqueue(
    connection: AsyncConnection,
    *,
    tenant_id: UUID,
    kind: str,
    payload: Mapping[str, Any],
    key: str | None = None,
    run_at: datetime | None = None,
) -> bool:
    """Add a job within the caller's transaction; False when an unfinished job with the same key exists.

    It is run at once and continues the trace that asks for it, or not before `run_at`: then it begins its own, since
    what comes again and again would make one trace without an end.
    """
    job_id = new_id()
    carrier: dict[str, str] = {}
    propagate.inject(carrier)
    traced = {TRACE: carrier[TRACE]} if TRACE in carrier and run_at is None else {}
    statement = """
        INSERT INTO jobs (tenant_id, id, kind, key, payload, state, run_at)
        VALUES (:tenant_id, :id, :kind, :key, CAST(:payload AS jsonb), 'queued',
                coalesce(CAST(:run_at AS timestamptz), now())) ON CONFLICT DO NOTHING
        RETURNING """
    statement += JOB_ADDED
    result = await connection.execute(
        sa.text(statement),
        {
            "tenant_id": tenant_id,
            "id": job_id,
            "kind": kind,
            "key": key or str(job_id),
            "payload": json.dumps({**payload, **traced}),
            "run_at": run_at,
        },
    )
    return result.first() is not None


async def withdraw(connection: AsyncConnection, *, kind: str, key: str) -> bool:
    """Delete a job that no worker has taken yet, within its tenant's transaction; False when there is none."""
    waiting = sa.delete(_jobs).where(_jobs.c.kind == kind, _jobs.c.key == key, _jobs.c.state == "queued")
    return bool((await connection.execute(waiting)).rowcount)


_CLAIM = sa.text(
    """
    UPDATE jobs SET state = 'running', attempts = attempts + 1, worker = :worker, lease_until = :lease_until
    WHERE (tenant_id, id) IN (
        SELECT tenant_id, id FROM jobs
        WHERE kind = ANY(:kinds) AND run_at <= now()
          AND (state = 'queued' OR (state = 'running' AND lease_until < now()))
        ORDER BY run_at LIMIT :limit FOR UPDATE SKIP LOCKED)
    RETURNING tenant_id, id, kind, key, payload, attempts"""
)


class Worker:
    """Runs jobs of the given kinds, at most `concurrency` at once, each under a lease it renews."""

    def __init__(
        self,
        database: Database,
        handlers: Mapping[str, Callable[[Job], Awaitable[None]]],
        *,
        concurrency: int = 2,
        lease_seconds: float = 10.0,
        max_attempts: int = 5,
        keep_ended: timedelta = KEEP_ENDED,
    ) -> None:
        self._database = database
        self._handlers = dict(handlers)
        self._concurrency = concurrency
        self._lease = lease_seconds
        self._max_attempts = max_attempts
        self._keep_ended = keep_ended
        self._name = f"{socket.gethostname()}:{os.getpid()}"
        self._running: set[asyncio.Task[None]] = set()
        self._news = database.notices.of_jobs()

    async def run(self) -> None:
        """Claim and run jobs until cancelled; cancelled jobs are taken over when their lease ends."""
        pruned = float("-inf")
        try:
            while True:
                if time.monotonic() - pruned > PRUNE_SECONDS:
                    pruned = time.monotonic()
                    await self._prune_safely()
                free = self._concurrency - len(self._running)
                claimed = await self._claim_safely(free) if free else []
                for job in claimed:
                    task = asyncio.create_task(self._run_one(job))
                    self._running.add(task)
                    task.add_done_callback(self._running.discard)
                if not claimed:
                    await self._news.wait()
        finally:
            for task in self._running:
                task.cancel()
            await asyncio.gather(*self._running, return_exceptions=True)

    async def _claim_safely(self, limit: int) -> list[Job]:
        try:
            return await self._claim(limit)
        except (DomainError, OSError, sa.exc.DBAPIError) as error:
            log.warning("jobs.claim_failed", error=type(error).__name__)
            await asyncio.sleep(1.0)
            return []

    async def _prune_safely(self) -> None:
        try:
            await self.prune()
        except (DomainError, OSError, sa.exc.DBAPIError) as error:
            log.warning("jobs.prune_failed", error=type(error).__name__)

    async def prune(self) -> int:
        """Delete jobs of these kinds that ended longer ago than they are kept; return how many."""
        ended = sa.delete(_jobs).where(
            _jobs.c.kind.in_(self._handlers),
            _jobs.c.state.in_(("done", "failed")),
            _jobs.c.run_at < datetime.now(UTC) - self._keep_ended,
        )
        async with self._database.platform_tx() as connection:
            return (await connection.execute(ended)).rowcount

    async def _claim(self, limit: int) -> list[Job]:
        parameters = {
            "worker": self._name,
            "lease_until": self._until(),
            "kinds": list(self._handlers),
            "limit": limit,
        }
        async with self._database.platform_tx() as connection:
            rows = (await connection.execute(_CLAIM, parameters)).all()
        return [
            Job(row.tenant_id, row.id, row.kind, row.key, row.payload, row.attempts, row.attempts >= self._max_attempts)
            for row in rows
        ]

    def _until(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._lease)

    async def _run_one(self, job: Job) -> None:
        work = asyncio.create_task(self._handle(job))
        renewal = asyncio.create_task(self._renew(job, work))
        try:
            later = await work
        except asyncio.CancelledError:
            work.cancel()
            raise
        except Exception as error:  # the boundary of a job: any failure is kept on its row
            await self._failed(job, error)
        else:
            await (self._finish(job, "done", "") if later is None else self._postpone(job, later.seconds))
        finally:
            renewal.cancel()

    async def _handle(self, job: Job) -> Postponed | None:
        if job.attempts > self._max_attempts:
            raise RuntimeError("the job was taken over too often; its workers die while running it")
        parent = propagate.extract({TRACE: job.payload.get(TRACE, "")}, context=otel_context.Context())
        with (
            structlog.contextvars.bound_contextvars(job=job.kind, tenant=str(job.tenant_id)),
            tracer.start_as_current_span(f"job {job.kind}", context=parent),
        ):
            try:
                await self._handlers[job.kind](job)
            except Postponed as later:  # caught here, for the trace would call it a failure
                return later
        return None

    async def _postpone(self, job: Job, seconds: float) -> None:
        at = datetime.now(UTC) + timedelta(seconds=seconds)
        await self._update(job, state="queued", attempts=job.attempts - 1, run_at=at, lease_until=None)

    async def _renew(self, job: Job, work: "asyncio.Task[Postponed | None]") -> None:
        while True:
            await asyncio.sleep(self._lease / 3)
            with contextlib.suppress(DomainError, OSError, sa.exc.DBAPIError):
                held = await self._update(job, lease_until=self._until())
                if not held:
                    work.cancel()  # another worker took it over; two must not run on
                    return

    async def _failed(self, job: Job, error: Exception) -> None:
        detail = scrub(f"{type(error).__name__}: {error}")[:2000]
        permanent = isinstance(error, DomainError) and error.kind not in (Kind.UNAVAILABLE, Kind.TIMEOUT, Kind.INTERNAL)
        log.warning("jobs.failed", job=job.kind, attempts=job.attempts, error=detail, permanent=permanent)
        if permanent or job.last:
            await self._finish(job, "failed", detail)
            return
        delay = min(MAX_BACKOFF_SECONDS, 0.5 * 2**job.attempts)
        await self._update(job, state="queued", error=detail, run_at=datetime.now(UTC) + timedelta(seconds=delay))

    async def _finish(self, job: Job, state: str, error: str) -> None:
        await self._update(job, state=state, error=error, lease_until=None)

    async def _update(self, job: Job, **values: Any) -> bool:
        """Change the job's row while this worker still holds it; False when it does not."""
        async with self._database.tenant_tx(job.tenant_id) as connection:
            result = await connection.execute(
                sa.update(_jobs)
                .where(_jobs.c.id == job.id, _jobs.c.worker == self._name, _jobs.c.attempts == job.attempts)
                .values(**values)
            )
        return bool(result.rowcount)


_jobs = jobs_table(sa.MetaData())
