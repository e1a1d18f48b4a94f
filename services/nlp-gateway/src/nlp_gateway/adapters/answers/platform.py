"""The `Platform` port: AOA, AAM and AOD over gRPC, with the asker's own token."""

from collections.abc import Sequence

import grpc
from aos_common.grpc import bearer, calls
from autonomos.aam.v1 import connections_pb2 as cp
from autonomos.aam.v1 import onboarding_pb2 as op
from autonomos.aam.v1.connections_pb2_grpc import ConnectionServiceStub
from autonomos.aam.v1.onboarding_pb2_grpc import OnboardingServiceStub
from autonomos.aoa.v1 import runs_pb2 as rp
from autonomos.aoa.v1.runs_pb2_grpc import RunServiceStub
from autonomos.aod.v1 import discovery_pb2 as dp
from autonomos.aod.v1.discovery_pb2_grpc import DiscoveryServiceStub

from nlp_gateway.ports.asking import Asker, Asset, Connection, Finding, Funnel

TIMEOUT = 10.0
PAGE = 200
RUNS = 50


class PlatformClients:
    """Asks the other services; each call ends within 10 seconds."""

    def __init__(self, aoa: grpc.aio.Channel, aam: grpc.aio.Channel, aod: grpc.aio.Channel) -> None:
        self._runs = RunServiceStub(aoa)
        self._connections = ConnectionServiceStub(aam)
        self._onboarding = OnboardingServiceStub(aam)
        self._discovery = DiscoveryServiceStub(aod)

    async def findings(self, asker: Asker) -> Sequence[Finding]:
        """Return the findings of the newest run that ended well."""
        async with calls("AOA"):
            answer = await self._runs.ListFindings(
                rp.ListFindingsRequest(), timeout=TIMEOUT, metadata=bearer(asker.token)
            )
        return [Finding(one.id, one.agent, one.severity, one.title, one.action) for one in answer.findings]

    async def connections(self, asker: Asker) -> tuple[Sequence[Connection], bool]:
        """Return the newest 200 connections."""
        async with calls("AAM"):
            answer = await self._connections.ListConnections(
                cp.ListConnectionsRequest(page_size=PAGE), timeout=TIMEOUT, metadata=bearer(asker.token)
            )
        found = [
            Connection(one.id, one.name, one.connector, one.state, one.error or one.obstacle)
            for one in answer.connections
        ]
        return found, bool(answer.next_page_token)

    async def funnel(self, asker: Asker) -> Funnel:
        """Count the connections by stage."""
        async with calls("AAM"):
            found = await self._onboarding.GetFunnel(
                op.GetFunnelRequest(), timeout=TIMEOUT, metadata=bearer(asker.token)
            )
        return Funnel(
            eligible=found.eligible,
            reachable=found.reachable,
            active=found.active,
            awaiting_credentials=found.awaiting_credentials,
            network_blocked=found.network_blocked,
            healing=found.healing,
        )

    async def assets(self, asker: Asker) -> tuple[Sequence[Asset], bool]:
        """Return the 200 assets of the highest score."""
        async with calls("AOD"):
            answer = await self._discovery.ListFindings(
                dp.ListFindingsRequest(page_size=PAGE), timeout=TIMEOUT, metadata=bearer(asker.token)
            )
        found = [Asset(one.id, one.name, one.kind, one.state, len(one.data_sets)) for one in answer.findings]
        return found, bool(answer.next_page_token)

    async def running(self, asker: Asker) -> int:
        """Count the runs that are going on, among the newest 50."""
        async with calls("AOA"):
            answer = await self._runs.ListRuns(
                rp.ListRunsRequest(page_size=RUNS), timeout=TIMEOUT, metadata=bearer(asker.token)
            )
        return sum(run.state == "running" for run in answer.runs)
