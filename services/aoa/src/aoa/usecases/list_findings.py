"""List what agents found."""

from uuid import UUID

from aoa.domain.agents import find_agent
from aoa.domain.finding import Finding
from aoa.domain.run import RunState
from aoa.ports import Findings, Runs
from aoa.usecases.find_run import find_run

MAX_FINDINGS = 500


async def list_findings(
    tenant_id: UUID, run_id: UUID | None, agent: str, *, runs: Runs, findings: Findings
) -> tuple[UUID | None, list[tuple[UUID, str, Finding]]]:
    """Return the run and its (id, agent, finding), gravest first; without `run_id`, of the newest that ended well.

    The run is None when none has ended well yet. Raise `RunUnknown` and `AgentUnknown`.
    """
    if agent:
        find_agent(agent)
    if run_id is None:
        newest = await runs.newest_in(tenant_id, RunState.SUCCEEDED)
        if newest is None:
            return None, []
        run_id = newest.id
    else:
        await find_run(tenant_id, run_id, runs=runs)
    return run_id, await findings.of_run(tenant_id, run_id, agent, MAX_FINDINGS)
