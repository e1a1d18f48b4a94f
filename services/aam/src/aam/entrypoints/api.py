"""The use cases with their ports filled in: what REST, gRPC, consumer and worker call."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.paging import encode_token, page_size

from aam.domain.connection import Connection, ConnectionState, ConnectionSummary, Stream
from aam.domain.quarantine import QuarantinedRow
from aam.domain.run import RunState, SyncRun
from aam.domain.steering import RunPlan
from aam.entrypoints.parsing import next_token, parse_before, parse_id, parse_place, parse_stage
from aam.ports import (
    Clock,
    Connections,
    Connectors,
    Deliveries,
    Extractor,
    Flags,
    Json,
    Mappings,
    Quarantine,
    QuarantineFilter,
    Reach,
    Runs,
    Statistics,
)
from aam.usecases.connecting.check_connection import check_connection
from aam.usecases.connecting.create_connection import create_connection
from aam.usecases.connecting.delete_connection import delete_connection
from aam.usecases.connecting.explain_connection import Explanation, explain_connection
from aam.usecases.connecting.reconnect import reconnect
from aam.usecases.delivery.sweep_landing import sweep_landing
from aam.usecases.onboarding.accept_mapping import accept_mapping
from aam.usecases.onboarding.onboard_connection import onboard_connection
from aam.usecases.statistics.judge_streams import judge_streams
from aam.usecases.syncing.run_sync import run_sync
from aam.usecases.syncing.start_sync import INCREMENTAL, start_sync


@dataclass(frozen=True)
class AamApi:
    """AAM's use cases, wired."""

    connectors: Connectors
    connections: Connections
    runs: Runs
    quarantine: Quarantine
    extractor: Extractor
    mappings: Mappings
    clock: Clock
    flags: Flags
    reach: Reach
    statistics: Statistics
    deliveries: Deliveries
    streams_at_once: int
    most_unapplied: int = 512
    landing_days: int = 7

    async def create(
        self, caller: Caller, name: str, connector: str, settings: Json, streams: Sequence[str], request_id: str
    ) -> Connection:
        """Create a connection."""
        require(caller, Permission.CONNECTIONS_WRITE)
        return await create_connection(
            caller.tenant_id,
            name,
            connector,
            settings,
            streams=streams,
            request_id=request_id,
            connectors=self.connectors,
            connections=self.connections,
            clock=self.clock,
        )

    async def connection(self, caller: Caller, connection_id: str) -> tuple[Connection, list[Stream]]:
        """One connection with its streams."""
        require(caller, Permission.CONNECTIONS_READ)
        wanted = parse_id(connection_id)
        found = await self.connections.get(caller.tenant_id, wanted)
        told = (await self._warnings(caller, [wanted])).get(wanted, [])
        return replace(found, warnings=tuple(told)), await self.connections.streams(caller.tenant_id, wanted)

    async def list_connections(
        self, caller: Caller, size: int, token: str, stage: str = ""
    ) -> tuple[list[ConnectionSummary], str]:
        """A page of connections, newest first, and the token of the next; of one stage of the funnel."""
        require(caller, Permission.CONNECTIONS_READ)
        limit, wanted = page_size(size), parse_stage(stage)
        found = await self.connections.page(caller.tenant_id, limit + 1, parse_before(token), wanted)
        told = await self._warnings(caller, [one.id for one in found[:limit]])
        shown = [one._replace(warnings=tuple(told.get(one.id, ()))) for one in found[:limit]]
        return shown, next_token(found, limit)

    async def _warnings(self, caller: Caller, listed: Sequence[UUID]) -> dict[UUID, list[str]]:
        return await self.statistics.warnings(caller.tenant_id, listed, self.clock())

    async def delete(self, caller: Caller, connection_id: str) -> None:
        """Delete a connection."""
        require(caller, Permission.CONNECTIONS_WRITE)
        await delete_connection(
            caller.tenant_id,
            parse_id(connection_id),
            connections=self.connections,
            connectors=self.connectors,
            extractor=self.extractor,
        )

    async def check(self, caller: Caller, connection_id: str) -> list[str]:
        """Return when the source answers, with what it holds for us."""
        require(caller, Permission.CONNECTIONS_WRITE)
        return await check_connection(
            caller.tenant_id,
            parse_id(connection_id),
            connections=self.connections,
            connectors=self.connectors,
            reach=self.reach,
        )

    async def discover(self, caller: Caller, connection_id: str) -> Connection:
        """Queue another look at the source."""
        require(caller, Permission.CONNECTIONS_WRITE)
        found = await self.connections.get(caller.tenant_id, parse_id(connection_id))
        await self.connections.look_again(caller.tenant_id, found.id)
        return found

    async def reconnect(self, caller: Caller, connection_id: str, settings: Json) -> Connection:
        """Give a connection other settings and credentials."""
        require(caller, Permission.CONNECTIONS_WRITE)
        return await reconnect(
            caller.tenant_id,
            parse_id(connection_id),
            settings,
            connections=self.connections,
            connectors=self.connectors,
        )

    async def sync(
        self,
        caller: Caller,
        connection_id: str,
        request_id: str,
        streams: Sequence[str] = (),
        plan: RunPlan = INCREMENTAL,
    ) -> SyncRun:
        """Start a sync of all streams or some, or return the active one."""
        require(caller, Permission.SYNCS_RUN)
        return await start_sync(
            caller.tenant_id,
            parse_id(connection_id),
            request_id=request_id,
            only=streams,
            plan=plan,
            connections=self.connections,
            runs=self.runs,
            clock=self.clock,
            flags=self.flags,
        )

    async def run(self, caller: Caller, run_id: str) -> SyncRun:
        """One run."""
        require(caller, Permission.CONNECTIONS_READ)
        return await self.runs.get(caller.tenant_id, parse_id(run_id))

    async def cancel(self, caller: Caller, run_id: str) -> SyncRun:
        """Cancel a run that has not ended; what it has published stays."""
        require(caller, Permission.SYNCS_RUN)
        wanted = parse_id(run_id)
        await self.runs.cancel(caller.tenant_id, wanted, self.clock())
        return await self.runs.get(caller.tenant_id, wanted)

    async def list_runs(self, caller: Caller, connection_id: str, size: int, token: str) -> tuple[list[SyncRun], str]:
        """A page of runs, newest first, and the token of the next."""
        require(caller, Permission.CONNECTIONS_READ)
        limit, wanted = page_size(size), parse_id(connection_id) if connection_id else None
        found = await self.runs.page(caller.tenant_id, wanted, limit + 1, parse_before(token))
        return found[:limit], next_token(found, limit)

    async def list_quarantine(
        self, caller: Caller, connection_id: str, stream: str, size: int, token: str
    ) -> tuple[list[QuarantinedRow], str, int]:
        """A page of quarantined rows, the token of the next, and how many match in all."""
        require(caller, Permission.CONNECTIONS_READ)
        limit = page_size(size)
        wanted = QuarantineFilter(parse_id(connection_id) if connection_id else None, stream)
        found = await self.quarantine.page(caller.tenant_id, wanted, limit + 1, parse_place(token))
        following = ""
        if len(found) > limit:
            last = found[limit - 1]
            following = encode_token([str(last.connection_id), last.stream, last.misfit.row, str(last.id)])
        return found[:limit], following, await self.quarantine.total(caller.tenant_id, wanted)

    async def explain(self, caller: Caller, connection_id: str) -> Explanation:
        """The story of a connection and its last run."""
        require(caller, Permission.CONNECTIONS_READ)
        return await explain_connection(
            caller.tenant_id,
            parse_id(connection_id),
            connections=self.connections,
            connectors=self.connectors,
            runs=self.runs,
            quarantine=self.quarantine,
            statistics=self.statistics,
            clock=self.clock,
        )

    async def onboard(self, tenant_id: UUID, connection_id: UUID) -> None:
        """Look at a connection's source."""
        await onboard_connection(
            tenant_id,
            connection_id,
            connections=self.connections,
            connectors=self.connectors,
            extractor=self.extractor,
            mappings=self.mappings,
            flags=self.flags,
            reach=self.reach,
        )

    async def give_up_onboarding(self, tenant_id: UUID, connection_id: UUID, error: str) -> None:
        """Say why a connection could not be looked at."""
        await self.connections.set_state(tenant_id, connection_id, ConnectionState.FAILED, error)

    async def run_sync(self, tenant_id: UUID, run_id: UUID) -> bool:
        """Run a sync to its end; True where it has to wait for the views, and is to be run again later."""
        again = await run_sync(
            tenant_id,
            run_id,
            connections=self.connections,
            connectors=self.connectors,
            runs=self.runs,
            extractor=self.extractor,
            clock=self.clock,
            flags=self.flags,
            deliveries=self.deliveries,
            most_unapplied=self.most_unapplied,
            at_once=self.streams_at_once,
        )
        await judge_streams(tenant_id, run_id, runs=self.runs, statistics=self.statistics)
        return again

    async def stream_applied(self, tenant_id: UUID, run_id: UUID, source: str) -> None:
        """Take note that the views have what a run announced of a stream."""
        await self.deliveries.applied(tenant_id, run_id, source, self.clock())

    async def stream_refused(self, tenant_id: UUID, run_id: UUID, source: str, reason: str) -> None:
        """Take note that the views could not take what a run announced of a stream: it holds nothing back any more."""
        await self.deliveries.refused(tenant_id, run_id, source, reason)

    async def sweep_landing(self, tenant_id: UUID) -> bool:
        """Delete files after their time; True where there are some left for later."""
        return await sweep_landing(
            tenant_id, self.landing_days, deliveries=self.deliveries, extractor=self.extractor, clock=self.clock
        )

    async def give_up_run(self, tenant_id: UUID, run_id: UUID, error: str) -> None:
        """Fail a run that no worker could finish."""
        await self.runs.set_state(tenant_id, run_id, RunState.FAILED, error, self.clock())

    async def mapping_changed(self, tenant_id: UUID, connection_id: UUID, stream: str) -> None:
        """Take over a mapping version that came into force."""
        await accept_mapping(tenant_id, connection_id, stream, connections=self.connections, mappings=self.mappings)
