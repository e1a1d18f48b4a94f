"""AAM's contract over scripted state."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import grpc
from aos_common.errors import DomainError, Kind
from aos_common.grpc import current_caller
from autonomos.aam.v1 import connections_pb2 as pb
from autonomos.aam.v1 import connections_pb2_grpc as stubs


class ConnectionBroken(DomainError):
    """The scripted connection refuses to sync."""

    reason = "CONNECTION_FAILED"
    kind = Kind.PRECONDITION


@dataclass
class FakeMesh(stubs.ConnectionServiceServicer, stubs.SyncServiceServicer):
    """Connections whose syncs end once `gate` is open; `streams` is what a sync of each connection does."""

    streams: dict[str, list[pb.StreamRun]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    failures: int = 0
    by_request: dict[str, pb.SyncRun] = field(default_factory=dict)
    earlier: list[pb.SyncRun] = field(default_factory=list)
    starts: Counter[str] = field(default_factory=Counter)
    tenants: set[str] = field(default_factory=set)
    subjects: set[str] = field(default_factory=set)

    def add(self, connection_id: str, name: str, *streams: pb.StreamRun, state: str = "ACTIVE") -> None:
        self.streams[connection_id], self.names[connection_id] = list(streams), name
        self.states[connection_id] = state

    async def ListConnections(self, request: Any, context: Any) -> pb.ListConnectionsResponse:
        self._note()
        found = [pb.Connection(id=i, name=self.names[i], state=self.states[i]) for i in self.streams]
        return pb.ListConnectionsResponse(connections=found)

    async def StartSync(self, request: pb.StartSyncRequest, context: Any) -> pb.StartSyncResponse:
        self._note()
        if request.connection_id in self.refused:
            raise ConnectionBroken(self.refused[request.connection_id])
        self.starts[request.connection_id] += 1
        run = self.by_request.setdefault(
            request.request_id,
            pb.SyncRun(id=f"sync-{len(self.by_request)}", connection_id=request.connection_id, state="running"),
        )
        return pb.StartSyncResponse(run=self._now(run))

    async def GetSyncRun(self, request: pb.GetSyncRunRequest, context: Any) -> pb.GetSyncRunResponse:
        self._note()
        run = next(run for run in self.by_request.values() if run.id == request.run_id)
        return pb.GetSyncRunResponse(run=self._now(run))

    async def ListSyncRuns(self, request: pb.ListSyncRunsRequest, context: Any) -> pb.ListSyncRunsResponse:
        self._note()
        return pb.ListSyncRunsResponse(runs=[*self.by_request.values(), *self.earlier])

    def _now(self, run: pb.SyncRun) -> pb.SyncRun:
        scripted = self.streams[run.connection_id]
        del run.streams[:]
        if self.gate.is_set():
            run.streams.extend(scripted)
            run.state = "failed" if any(s.state == "failed" for s in scripted) else "succeeded"
            run.error = "; ".join(s.error for s in scripted if s.error)
        else:
            run.streams.extend(pb.StreamRun(stream=s.stream, state="running") for s in scripted)
        return run

    def _note(self) -> None:
        caller = current_caller()
        self.tenants.add(str(caller.tenant_id))
        self.subjects.add(caller.subject)
        if self.failures > 0:
            self.failures -= 1
            raise DomainError("the mesh stumbles")

    def register(self, server: grpc.aio.Server) -> None:
        stubs.add_ConnectionServiceServicer_to_server(self, server)
        stubs.add_SyncServiceServicer_to_server(self, server)
