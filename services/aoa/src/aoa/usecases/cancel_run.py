"""Cancel an active run."""

from uuid import UUID

from aoa.domain.errors import RunEnded
from aoa.domain.run import Run, RunState
from aoa.ports import Clock, Pipelines, Runs
from aoa.usecases.find_run import find_run


async def cancel_run(tenant_id: UUID, run_id: UUID, *, runs: Runs, pipelines: Pipelines, clock: Clock) -> Run:
    """Ask the run to stop and return it; it is cancelled once its step has let go.

    Cancelling a cancelled run again changes nothing. Raise `RunUnknown`, or `RunEnded` when it ended otherwise.
    """
    run = await find_run(tenant_id, run_id, runs=runs)
    if run.state is RunState.CANCELLED:
        return run
    if run.state is not RunState.RUNNING:
        raise RunEnded(f"The run {run_id} has {run.state} already.", hint="There is nothing to cancel.")
    if not await pipelines.cancel(tenant_id, run_id):
        await runs.finish(tenant_id, run_id, RunState.CANCELLED, "The run was cancelled.", clock())
    return await find_run(tenant_id, run_id, runs=runs)
