"""AAM over gRPC."""

from typing import Any

import grpc
from aos_common.grpc import current_caller
from autonomos.aam.v1 import connections_pb2 as pb
from autonomos.aam.v1 import connections_pb2_grpc as stubs

from aam.entrypoints.api import AamApi
from aam.entrypoints.wire import (
    connection_message,
    connector_message,
    plan_of,
    quarantined_message,
    run_message,
    settings_of,
)

Context = grpc.aio.ServicerContext[Any, Any]


class ConnectionServicer(stubs.ConnectionServiceServicer):
    """Serves ConnectionService."""

    def __init__(self, api: AamApi) -> None:
        self._api = api

    async def ListConnectors(self, request: pb.ListConnectorsRequest, context: Context) -> pb.ListConnectorsResponse:
        """List the kinds of sources."""
        return pb.ListConnectorsResponse(connectors=[connector_message(one) for one in self._api.connectors.all()])

    async def CreateConnection(
        self, request: pb.CreateConnectionRequest, context: Context
    ) -> pb.CreateConnectionResponse:
        """Create a connection."""
        made = await self._api.create(
            current_caller(),
            request.name,
            request.connector,
            settings_of(request.settings),
            list(request.streams),
            request.request_id,
        )
        return pb.CreateConnectionResponse(connection=connection_message(made, []))

    async def GetConnection(self, request: pb.GetConnectionRequest, context: Context) -> pb.GetConnectionResponse:
        """Return one connection with its streams."""
        found, streams = await self._api.connection(current_caller(), request.connection_id)
        return pb.GetConnectionResponse(connection=connection_message(found, streams))

    async def ListConnections(self, request: pb.ListConnectionsRequest, context: Context) -> pb.ListConnectionsResponse:
        """List connections, newest first."""
        found, token = await self._api.list_connections(
            current_caller(), request.page_size, request.page_token, request.stage
        )
        shown = [connection_message(one, []) for one in found]
        return pb.ListConnectionsResponse(connections=shown, next_page_token=token)

    async def DeleteConnection(
        self, request: pb.DeleteConnectionRequest, context: Context
    ) -> pb.DeleteConnectionResponse:
        """Delete a connection."""
        await self._api.delete(current_caller(), request.connection_id)
        return pb.DeleteConnectionResponse()

    async def ReconnectConnection(
        self, request: pb.ReconnectConnectionRequest, context: Context
    ) -> pb.ReconnectConnectionResponse:
        """Give a connection other settings and credentials."""
        settings = settings_of(request.settings)
        made = await self._api.reconnect(current_caller(), request.connection_id, settings)
        return pb.ReconnectConnectionResponse(connection=connection_message(made, []))


class SyncServicer(stubs.SyncServiceServicer):
    """Serves SyncService."""

    def __init__(self, api: AamApi) -> None:
        self._api = api

    async def StartSync(self, request: pb.StartSyncRequest, context: Context) -> pb.StartSyncResponse:
        """Start a sync, or return the one that is active."""
        plan = plan_of(request)
        run = await self._api.sync(
            current_caller(), request.connection_id, request.request_id, list(request.streams), plan
        )
        return pb.StartSyncResponse(run=run_message(run))

    async def GetSyncRun(self, request: pb.GetSyncRunRequest, context: Context) -> pb.GetSyncRunResponse:
        """Return one run with its streams."""
        return pb.GetSyncRunResponse(run=run_message(await self._api.run(current_caller(), request.run_id)))

    async def ListSyncRuns(self, request: pb.ListSyncRunsRequest, context: Context) -> pb.ListSyncRunsResponse:
        """List runs, newest first."""
        found, token = await self._api.list_runs(
            current_caller(), request.connection_id, request.page_size, request.page_token
        )
        return pb.ListSyncRunsResponse(runs=[run_message(run) for run in found], next_page_token=token)

    async def ListQuarantinedRows(
        self, request: pb.ListQuarantinedRowsRequest, context: Context
    ) -> pb.ListQuarantinedRowsResponse:
        """List rows that did not fit."""
        rows, token, total = await self._api.list_quarantine(
            current_caller(), request.connection_id, request.stream, request.page_size, request.page_token
        )
        shown = [quarantined_message(row) for row in rows]
        return pb.ListQuarantinedRowsResponse(rows=shown, next_page_token=token, total=total)


def register(api: AamApi, server: grpc.aio.Server) -> None:
    """Add both servicers to a server."""
    stubs.add_ConnectionServiceServicer_to_server(ConnectionServicer(api), server)
    stubs.add_SyncServiceServicer_to_server(SyncServicer(api), server)
