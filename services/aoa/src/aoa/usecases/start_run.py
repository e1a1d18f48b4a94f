"""Start the pipeline for a tenant."""

from collections.abc import Sequence
from uuid import UUID

from aos_common.errors import DependencyUnavailable
from aos_common.flow import Stage, Status, tell
from aos_common.ids import new_id

from aoa.domain.errors import RunActive
from aoa.domain.run import PipelineOrder, Run, RunState
from aoa.ports import Clock, Pipelines, Runs


async def start_run(
    tenant_id: UUID,
    connection_ids: Sequence[str],
    request_id: str,
    *,
    runs: Runs,
    pipelines: Pipelines,
    clock: Clock,
    heartbeat_seconds: float,
) -> Run:
    """Start a run and return it; the same request id returns the same run.

    Raise `RunActive` naming the tenant's active run, or `DependencyUnavailable` when nothing can be started now.
    """
    run = await runs.add(tenant_id, Run(new_id(), RunState.RUNNING, clock(), tuple(connection_ids), request_id))
    if run.state is not RunState.RUNNING:
        return run
    # Also for a run that was asked for before: whoever asked may have died before it was started.
    order = PipelineOrder(str(tenant_id), str(run.id), list(run.connection_ids), heartbeat_seconds)
    try:
        active = await pipelines.start(order)
    except DependencyUnavailable:
        # Should the workflow have started all the same, its first step finds no run and ends.
        await runs.forget(tenant_id, run.id)
        raise
    if active != order.run_id:
        await runs.forget(tenant_id, run.id)
        raise RunActive(f"The run {active} is active.", hint="Wait for it to end, or cancel it first.", run_id=active)
    await _bury(tenant_id, run, runs, clock)
    tell("agent", tenant_id, Stage.TASK_DISPATCHED, Status.PENDING, f"run:{run.id}")
    return run


async def _bury(tenant_id: UUID, run: Run, runs: Runs, clock: Clock) -> None:
    """Fail a run that still looks active: the workflow of this one could not have started beside its own."""
    lost = await runs.newest_in(tenant_id, RunState.RUNNING, besides=run.id)
    if lost is not None:
        await runs.finish(
            tenant_id, lost.id, RunState.FAILED, "The run was lost: its workflow is gone. Start it again.", clock()
        )
