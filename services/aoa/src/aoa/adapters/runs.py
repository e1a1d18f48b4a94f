"""Runs and their steps in PostgreSQL."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from aoa.adapters.tables import run_steps, runs
from aoa.domain.run import Run, RunState, Step, StepState, leftovers

MAX_TEXT = 4000


def _text(value: str) -> str:
    """PostgreSQL holds no NUL, and nobody reads more than this."""
    return value.replace("\0", "")[:MAX_TEXT]


def _run(row: sa.Row[Any], steps: Sequence[sa.Row[Any]]) -> Run:
    return Run(
        id=row.id,
        state=RunState(row.state),
        created_at=row.created_at,
        connection_ids=tuple(row.connection_ids),
        request_id=row.request_id,
        error=row.error,
        ended_at=row.ended_at,
        steps=tuple(Step(s.name, StepState(s.state), s.summary, s.attempts, s.started_at, s.ended_at) for s in steps),
    )


async def _load(tx: AsyncConnection, query: sa.Select[Any]) -> list[Run]:
    rows = (await tx.execute(query)).all()
    wanted = sa.select(run_steps).where(run_steps.c.run_id.in_([row.id for row in rows])).order_by(run_steps.c.place)
    steps: dict[UUID, list[sa.Row[Any]]] = {}
    for step in await tx.execute(wanted):
        steps.setdefault(step.run_id, []).append(step)
    return [_run(row, steps.get(row.id, [])) for row in rows]


def _step_is(run_id: UUID, step: str) -> sa.ColumnElement[bool]:
    return sa.and_(run_steps.c.run_id == run_id, run_steps.c.name == step)


class PostgresRuns:
    """The `Runs` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, tenant_id: UUID, run: Run) -> Run:
        """Store a run with its steps; return the earlier run when its request id is taken."""
        values: dict[str, Any] = {"tenant_id": tenant_id, "id": run.id, "state": run.state.value, "error": run.error}
        values |= {"connection_ids": list(run.connection_ids), "request_id": run.request_id}
        values |= {"created_at": run.created_at}
        steps = [
            {"tenant_id": tenant_id, "run_id": run.id, "place": place, "name": step.name, "state": step.state.value}
            | {"summary": step.summary, "attempts": step.attempts}
            for place, step in enumerate(run.steps)
        ]
        async with self._database.tenant_tx(tenant_id) as tx:
            if (await tx.execute(insert(runs).values(values).on_conflict_do_nothing())).rowcount:
                await tx.execute(sa.insert(run_steps), steps)
                return run
            earlier = await _load(tx, sa.select(runs).where(runs.c.request_id == run.request_id))
            return earlier[0]

    async def get(self, tenant_id: UUID, run_id: UUID) -> Run | None:
        """Return one run."""
        async with self._database.tenant_tx(tenant_id) as tx:
            return next(iter(await _load(tx, sa.select(runs).where(runs.c.id == run_id))), None)

    async def newest(self, tenant_id: UUID, limit: int, before: UUID | None = None) -> list[Run]:
        """Return runs, newest first, older than `before`."""
        query = sa.select(runs).order_by(runs.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(runs.c.id < before)
        async with self._database.tenant_tx(tenant_id) as tx:
            return await _load(tx, query)

    async def newest_in(self, tenant_id: UUID, state: RunState, *, besides: UUID | None = None) -> Run | None:
        """Return the newest run in a state, other than `besides`."""
        query = sa.select(runs).where(runs.c.state == state.value).order_by(runs.c.id.desc()).limit(1)
        if besides is not None:
            query = query.where(runs.c.id != besides)
        async with self._database.tenant_tx(tenant_id) as tx:
            return next(iter(await _load(tx, query)), None)

    async def forget(self, tenant_id: UUID, run_id: UUID) -> None:
        """Delete a run that never began."""
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(sa.delete(runs).where(runs.c.id == run_id))

    async def begin_step(self, tenant_id: UUID, run_id: UUID, step: str, now: datetime) -> bool:
        """Mark a step as running and count the attempt; False when the run is gone or over."""
        active = sa.select(runs.c.id).where(runs.c.id == run_id, runs.c.state == RunState.RUNNING.value)
        started = sa.func.coalesce(run_steps.c.started_at, now)
        values = {"state": StepState.RUNNING.value, "started_at": started, "attempts": run_steps.c.attempts + 1}
        async with self._database.tenant_tx(tenant_id) as tx:
            if (await tx.execute(active.with_for_update())).first() is None:
                return False
            await tx.execute(sa.update(run_steps).where(_step_is(run_id, step)).values(values))
            return True

    async def report_step(self, tenant_id: UUID, run_id: UUID, step: str, summary: str) -> None:
        """Say how far a running step has come."""
        running = sa.and_(_step_is(run_id, step), run_steps.c.state == StepState.RUNNING.value)
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(sa.update(run_steps).where(running).values(summary=_text(summary)))

    async def end_step(
        self, tenant_id: UUID, run_id: UUID, step: str, state: StepState, summary: str, now: datetime
    ) -> None:
        """End a running step."""
        running = sa.and_(_step_is(run_id, step), run_steps.c.state == StepState.RUNNING.value)
        values = {"state": state.value, "summary": _text(summary), "ended_at": now}
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(sa.update(run_steps).where(running).values(values))

    async def finish(self, tenant_id: UUID, run_id: UUID, state: RunState, error: str, now: datetime) -> bool:
        """End a run that is active, and with it the steps still open; False when it was over before."""
        active = sa.and_(runs.c.id == run_id, runs.c.state == RunState.RUNNING.value)
        async with self._database.tenant_tx(tenant_id) as tx:
            ended = sa.update(runs).where(active).values(state=state.value, error=_text(error), ended_at=now)
            if not (await tx.execute(ended)).rowcount:
                return False
            await _settle(tx, run_id, state, now)
            return True


async def _settle(tx: AsyncConnection, run_id: UUID, state: RunState, now: datetime) -> None:
    running, pending, why = leftovers(state)
    for before, after in ((StepState.RUNNING, running), (StepState.PENDING, pending)):
        left = sa.and_(run_steps.c.run_id == run_id, run_steps.c.state == before.value)
        values: dict[str, Any] = {"state": after.value, "ended_at": now}
        if before is StepState.PENDING or after is StepState.CANCELLED:
            values["summary"] = why
        await tx.execute(sa.update(run_steps).where(left).values(values))
