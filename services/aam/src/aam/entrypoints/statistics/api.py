"""Figures of streams, with their ports filled in."""

from dataclasses import dataclass

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.errors import InvalidRequest

from aam.entrypoints.parsing import parse_id
from aam.ports import Clock, Connections, Statistics
from aam.usecases.statistics.measure_connection import ConnectionFigures, measure_connection

MAX_MINUTES = 366 * 24 * 60


@dataclass(frozen=True)
class StatisticsApi:
    """Statistics and freshness, wired."""

    connections: Connections
    statistics: Statistics
    clock: Clock

    async def measure(self, caller: Caller, connection_id: str) -> ConnectionFigures:
        """Figures of a connection's streams."""
        require(caller, Permission.CONNECTIONS_READ)
        return await measure_connection(
            caller.tenant_id,
            parse_id(connection_id),
            connections=self.connections,
            statistics=self.statistics,
            clock=self.clock,
        )

    async def set_freshness(self, caller: Caller, connection_id: str, minutes: int | None) -> ConnectionFigures:
        """Say how old the last success may be; None: twice the schedule's interval."""
        require(caller, Permission.CONNECTIONS_WRITE)
        if minutes is not None and not 1 <= minutes <= MAX_MINUTES:
            raise InvalidRequest(f"{minutes} minutes is no age.", hint=f"Choose 1 to {MAX_MINUTES}, or none.")
        await self.statistics.set_freshness(caller.tenant_id, parse_id(connection_id), minutes)
        return await self.measure(caller, connection_id)
