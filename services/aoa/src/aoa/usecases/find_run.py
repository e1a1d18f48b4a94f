"""Find a run by its id."""

from uuid import UUID

from aoa.domain.errors import RunUnknown
from aoa.domain.run import Run
from aoa.ports import Runs


async def find_run(tenant_id: UUID, run_id: UUID, *, runs: Runs) -> Run:
    """Return the run; raise `RunUnknown`."""
    run = await runs.get(tenant_id, run_id)
    if run is None:
        raise RunUnknown(f"There is no run {run_id}.", hint="List the runs to see those there are.")
    return run
