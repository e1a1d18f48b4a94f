"""The `Mesh` port: AAM over gRPC, with a service token for the tenant."""

from uuid import UUID

import grpc
from aos_common.auth import ServiceTokens
from aos_common.grpc import bearer, calls
from autonomos.aam.v1 import connections_pb2 as pb
from autonomos.aam.v1 import connections_pb2_grpc as stubs

from aoa.domain.sync import Connection, StreamSync, Sync

TIMEOUT = 10.0
PAGE = 200
MAX_PAGES = 5
HISTORY = 50
PEER = "AAM"


class AamClient:
    """Asks the mesh on behalf of tenants; each call ends within 10 seconds."""

    def __init__(self, channel: grpc.aio.Channel, tokens: ServiceTokens) -> None:
        self._connections = stubs.ConnectionServiceStub(channel)
        self._syncs = stubs.SyncServiceStub(channel)
        self._tokens = tokens

    async def connections(self, tenant_id: UUID) -> list[Connection]:
        """Return the tenant's connections, at most 1,000."""
        found: list[Connection] = []
        token = ""
        for _ in range(MAX_PAGES):
            request = pb.ListConnectionsRequest(page_size=PAGE, page_token=token)
            async with calls(PEER):
                page = await self._connections.ListConnections(
                    request, timeout=TIMEOUT, metadata=await self._bearer(tenant_id)
                )
            found += [Connection(one.id, one.name, one.state) for one in page.connections]
            token = page.next_page_token
            if not token:
                break
        return found

    async def start_sync(self, tenant_id: UUID, connection: Connection, request_id: str) -> Sync:
        """Start a sync, or return the one of the request id, or the active one."""
        request = pb.StartSyncRequest(connection_id=connection.id, request_id=request_id)
        async with calls(PEER):
            answer = await self._syncs.StartSync(request, timeout=TIMEOUT, metadata=await self._bearer(tenant_id))
        return _sync(connection, answer.run)

    async def sync(self, tenant_id: UUID, connection: Connection, run_id: str) -> Sync:
        """Return a sync as it is now."""
        request = pb.GetSyncRunRequest(run_id=run_id)
        async with calls(PEER):
            answer = await self._syncs.GetSyncRun(request, timeout=TIMEOUT, metadata=await self._bearer(tenant_id))
        return _sync(connection, answer.run)

    async def earlier_syncs(self, tenant_id: UUID, connection: Connection) -> list[Sync]:
        """Return the connection's latest syncs, newest first, at most 50."""
        request = pb.ListSyncRunsRequest(connection_id=connection.id, page_size=HISTORY)
        async with calls(PEER):
            answer = await self._syncs.ListSyncRuns(request, timeout=TIMEOUT, metadata=await self._bearer(tenant_id))
        return [_sync(connection, run) for run in answer.runs]

    async def _bearer(self, tenant_id: UUID) -> tuple[tuple[str, str], ...]:
        return bearer(await self._tokens.token_for(tenant_id))


def _sync(connection: Connection, run: pb.SyncRun) -> Sync:
    streams = tuple(
        StreamSync(s.stream, s.state, s.rows_published, s.rows_quarantined, s.batches, s.error, s.note, s.rows_read)
        for s in run.streams
    )
    return Sync(connection, run.id, run.state, streams, run.error)
