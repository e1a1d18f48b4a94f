"""AOA over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.aoa.v1 import runs_pb2 as pb
from autonomos.aoa.v1 import runs_pb2_grpc as stubs

from aoa.entrypoints import wire
from aoa.entrypoints.api import AoaApi

Context = grpc.aio.ServicerContext[Any, Any]


class RunServicer(stubs.RunServiceServicer):
    """Serves RunService."""

    def __init__(self, api: AoaApi) -> None:
        self._api = api

    async def StartRun(self, request: pb.StartRunRequest, context: Context) -> pb.StartRunResponse:
        """Start the pipeline."""
        run = await self._api.start(current_caller(), request.connection_ids, request.request_id)
        return pb.StartRunResponse(run=wire.run_message(run))

    async def GetRun(self, request: pb.GetRunRequest, context: Context) -> pb.GetRunResponse:
        """Return one run."""
        return pb.GetRunResponse(run=wire.run_message(await self._api.run(current_caller(), request.run_id)))

    async def ListRuns(self, request: pb.ListRunsRequest, context: Context) -> pb.ListRunsResponse:
        """List runs, newest first."""
        runs, token = await self._api.list(current_caller(), request.page_size, request.page_token)
        return pb.ListRunsResponse(runs=map(wire.run_message, runs), next_page_token=token)

    async def CancelRun(self, request: pb.CancelRunRequest, context: Context) -> pb.CancelRunResponse:
        """Cancel an active run."""
        return pb.CancelRunResponse(run=wire.run_message(await self._api.cancel(current_caller(), request.run_id)))

    async def ListAgents(self, request: pb.ListAgentsRequest, context: Context) -> pb.ListAgentsResponse:
        """List the agents."""
        return pb.ListAgentsResponse(agents=map(wire.agent_message, self._api.agents()))

    async def ListFindings(self, request: pb.ListFindingsRequest, context: Context) -> pb.ListFindingsResponse:
        """List findings."""
        run_id, found = await self._api.found(current_caller(), request.run_id, request.agent)
        messages = [] if run_id is None else [wire.finding_message(run_id, *one) for one in found]
        return pb.ListFindingsResponse(findings=messages)


def register(api: AoaApi, server: grpc.aio.Server) -> None:
    """Add the servicer to a server."""
    stubs.add_RunServiceServicer_to_server(RunServicer(api), server)
