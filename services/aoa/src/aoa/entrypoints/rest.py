"""AOA over REST."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter

from aoa.entrypoints.api import AoaApi
from aoa.entrypoints.rest_models import AgentOut, AgentsOut, FindingsOut, RunOut, RunPage, StartBody


def router(api: AoaApi) -> APIRouter:
    """Return the routes below /api/v1/aoa."""
    routes = APIRouter(tags=["aoa"])

    @routes.post("/runs", status_code=201)
    async def start_run(body: StartBody, caller: CurrentCaller) -> RunOut:
        """Start the pipeline: sync, unify, analyse. One may be active per tenant."""
        return RunOut.of(await api.start(caller, body.connection_ids, body.request_id))

    @routes.get("/runs")
    async def list_runs(caller: CurrentCaller, page_size: int = 0, page_token: str = "") -> RunPage:
        """List runs, newest first."""
        runs, token = await api.list(caller, page_size, page_token)
        return RunPage(runs=[RunOut.of(run) for run in runs], next_page_token=token)

    @routes.get("/runs/{run_id}")
    async def get_run(run_id: str, caller: CurrentCaller) -> RunOut:
        """Return one run with its steps."""
        return RunOut.of(await api.run(caller, run_id))

    @routes.post("/runs/{run_id}/cancel")
    async def cancel_run(run_id: str, caller: CurrentCaller) -> RunOut:
        """Cancel an active run."""
        return RunOut.of(await api.cancel(caller, run_id))

    @routes.get("/agents")
    async def list_agents(caller: CurrentCaller) -> AgentsOut:
        """List the agents and what they consume."""
        return AgentsOut(agents=[AgentOut.of(agent) for agent in api.agents()])

    @routes.get("/findings")
    async def list_findings(caller: CurrentCaller, run_id: str = "", agent: str = "") -> FindingsOut:
        """List the findings of a run, or of the newest that ended well."""
        return FindingsOut.of(*await api.found(caller, run_id, agent))

    return routes
