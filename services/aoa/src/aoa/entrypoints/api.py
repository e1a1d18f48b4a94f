"""The use cases with their ports filled in: what REST and gRPC both call."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.errors import InvalidRequest

from aoa.domain.agents import ALL
from aoa.domain.agents.agent import Agent
from aoa.domain.finding import Finding
from aoa.domain.run import Run
from aoa.ports import Clock, Findings, Pipelines, Runs
from aoa.usecases.cancel_run import cancel_run
from aoa.usecases.find_run import find_run
from aoa.usecases.list_findings import list_findings
from aoa.usecases.list_runs import list_runs
from aoa.usecases.start_run import start_run

MAX_CONNECTIONS = 200
MAX_REQUEST_ID = 200


@dataclass(frozen=True)
class AoaApi:
    """AOA's use cases, wired."""

    runs: Runs
    findings: Findings
    pipelines: Pipelines
    clock: Clock
    heartbeat_seconds: float

    async def start(self, caller: Caller, connection_ids: Sequence[str], request_id: str) -> Run:
        """Start the pipeline."""
        require(caller, Permission.RUNS_WRITE)
        if len(connection_ids) > MAX_CONNECTIONS:
            raise InvalidRequest(f"A run has at most {MAX_CONNECTIONS} connections.", hint="Name none for all of them.")
        if len(request_id) > MAX_REQUEST_ID:
            raise InvalidRequest(f"A request id has at most {MAX_REQUEST_ID} characters.")
        wanted = list(dict.fromkeys(str(_uuid(one, "connection_ids")) for one in connection_ids))
        return await start_run(
            caller.tenant_id,
            wanted,
            request_id,
            runs=self.runs,
            pipelines=self.pipelines,
            clock=self.clock,
            heartbeat_seconds=self.heartbeat_seconds,
        )

    async def run(self, caller: Caller, run_id: str) -> Run:
        """Return one run."""
        require(caller, Permission.RUNS_READ)
        return await find_run(caller.tenant_id, _uuid(run_id, "run_id"), runs=self.runs)

    async def list(self, caller: Caller, size: int, token: str) -> tuple[list[Run], str]:
        """Return a page of runs."""
        require(caller, Permission.RUNS_READ)
        return await list_runs(caller.tenant_id, size, token, runs=self.runs)

    async def cancel(self, caller: Caller, run_id: str) -> Run:
        """Cancel an active run."""
        require(caller, Permission.RUNS_WRITE)
        return await cancel_run(
            caller.tenant_id,
            _uuid(run_id, "run_id"),
            runs=self.runs,
            pipelines=self.pipelines,
            clock=self.clock,
        )

    def agents(self) -> tuple[Agent, ...]:
        """Return the agents."""
        return ALL

    async def found(
        self, caller: Caller, run_id: str, agent: str
    ) -> tuple[UUID | None, Sequence[tuple[UUID, str, Finding]]]:
        """Return a run and what agents found in it."""
        require(caller, Permission.RUNS_READ)
        wanted = _uuid(run_id, "run_id") if run_id else None
        return await list_findings(caller.tenant_id, wanted, agent, runs=self.runs, findings=self.findings)


def _uuid(text: str, name: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest(f"{name} must be a UUID, not {text[:60]!r}.") from None
