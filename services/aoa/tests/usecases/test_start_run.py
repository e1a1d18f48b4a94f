from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from aoa.adapters.runs import PostgresRuns
from aoa.domain.errors import RunActive
from aoa.domain.run import PipelineOrder, Run, RunState, StepState
from aoa.usecases.cancel_run import cancel_run
from aoa.usecases.start_run import start_run
from aos_common.db import Database
from aos_common.errors import DependencyUnavailable
from aos_common.ids import new_id

NOW = datetime(2026, 1, 1, tzinfo=UTC)


class Pipelines:
    """A port that answers as told: the id of the active run, "" for the order's own, None when it is away."""

    def __init__(self, active: str | None = "") -> None:
        self.active = active
        self.orders: list[PipelineOrder] = []

    async def start(self, order: PipelineOrder) -> str:
        self.orders.append(order)
        if self.active is None:
            raise DependencyUnavailable("away")
        return self.active or order.run_id

    async def cancel(self, tenant_id: UUID, run_id: UUID) -> bool:
        return False


@pytest.fixture
def runs(database: Database) -> PostgresRuns:
    return PostgresRuns(database)


async def _start(tenant: UUID, runs: PostgresRuns, pipelines: Pipelines, request_id: str = "") -> Run:
    return await start_run(
        tenant, ["c"], request_id, runs=runs, pipelines=pipelines, clock=lambda: NOW, heartbeat_seconds=5
    )


async def test_start_when_an_earlier_run_lost_its_workflow_then_it_is_failed(runs: PostgresRuns, tenant: UUID) -> None:
    lost = await runs.add(tenant, Run(new_id(), RunState.RUNNING, NOW))
    run = await _start(tenant, runs, Pipelines())
    buried = await runs.get(tenant, lost.id)
    assert buried is not None
    assert (run.state, buried.state) == (RunState.RUNNING, RunState.FAILED)
    assert "lost" in buried.error


async def test_start_when_the_asker_died_before_the_workflow_began_then_asking_again_begins_it(
    runs: PostgresRuns, tenant: UUID
) -> None:
    left = await runs.add(tenant, Run(new_id(), RunState.RUNNING, NOW, ("a",), "r"))
    pipelines = Pipelines()
    assert (await _start(tenant, runs, pipelines, "r")).id == left.id
    assert pipelines.orders == [PipelineOrder(str(tenant), str(left.id), ["a"], 5)]


async def test_start_when_another_is_active_then_no_row_is_left(runs: PostgresRuns, tenant: UUID) -> None:
    active = str(uuid4())
    with pytest.raises(RunActive, match=active):
        await _start(tenant, runs, Pipelines(active))
    assert await runs.newest(tenant, 10) == []


async def test_start_when_the_orchestrator_is_away_then_no_row_is_left(runs: PostgresRuns, tenant: UUID) -> None:
    with pytest.raises(DependencyUnavailable):
        await _start(tenant, runs, Pipelines(None))
    assert await runs.newest(tenant, 10) == []


async def test_cancel_when_the_workflow_is_gone_then_the_run_is_cancelled_all_the_same(
    runs: PostgresRuns, tenant: UUID
) -> None:
    run = await runs.add(tenant, Run(new_id(), RunState.RUNNING, NOW))
    ended = await cancel_run(tenant, run.id, runs=runs, pipelines=Pipelines(), clock=lambda: NOW)
    assert ended.state is RunState.CANCELLED
    assert {step.state for step in ended.steps} == {StepState.CANCELLED}
    assert (await cancel_run(tenant, run.id, runs=runs, pipelines=Pipelines(), clock=lambda: NOW)).ended_at == NOW


async def test_step_when_its_run_is_over_then_it_does_not_begin(runs: PostgresRuns, tenant: UUID) -> None:
    run = await runs.add(tenant, Run(new_id(), RunState.RUNNING, NOW))
    assert await runs.begin_step(tenant, run.id, "sync", NOW)
    assert await runs.finish(tenant, run.id, RunState.FAILED, "why", NOW)
    assert not await runs.finish(tenant, run.id, RunState.SUCCEEDED, "", NOW)
    assert not await runs.begin_step(tenant, run.id, "unify", NOW)
    assert not await runs.begin_step(uuid4(), run.id, "sync", NOW), "another tenant's worker finds no run"
