"""The use cases of steering with their ports filled in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller

from aam.domain.steering import Limits, Schedule, Steering
from aam.entrypoints.api import AamApi
from aam.entrypoints.parsing import parse_id
from aam.ports import Calendar, SteeringStore
from aam.usecases.steering.pause_connection import pause_connection
from aam.usecases.steering.resume_connection import resume_connection
from aam.usecases.steering.set_limits import set_limits
from aam.usecases.steering.set_schedule import set_schedule
from aam.usecases.steering.start_due import start_due


@dataclass(frozen=True)
class SteeringApi:
    """Pauses, schedules and limits of the mesh's connections."""

    mesh: AamApi
    steering: SteeringStore
    calendar: Calendar

    async def get(self, caller: Caller, connection_id: str) -> Steering:
        """How a connection is steered."""
        require(caller, Permission.CONNECTIONS_READ)
        return (await self.mesh.connections.get(caller.tenant_id, parse_id(connection_id))).steering

    async def pause(self, caller: Caller, connection_id: str) -> Steering:
        """Pause a connection in the caller's name."""
        require(caller, Permission.SYNCS_RUN)
        wanted = parse_id(connection_id)
        return await pause_connection(
            caller.tenant_id, wanted, caller.subject, steering=self.steering, clock=self.mesh.clock
        )

    async def resume(self, caller: Caller, connection_id: str) -> Steering:
        """Resume a connection."""
        require(caller, Permission.SYNCS_RUN)
        return await resume_connection(caller.tenant_id, parse_id(connection_id), steering=self.steering)

    async def set_limits(self, caller: Caller, connection_id: str, limits: Limits) -> Steering:
        """Limit what a connection's runs take."""
        require(caller, Permission.CONNECTIONS_WRITE)
        return await set_limits(caller.tenant_id, parse_id(connection_id), limits, steering=self.steering)

    async def set_schedule(self, caller: Caller, connection_id: str, schedule: Schedule) -> Steering:
        """Give a connection a schedule, or none."""
        require(caller, Permission.CONNECTIONS_WRITE)
        return await set_schedule(
            caller.tenant_id,
            parse_id(connection_id),
            schedule,
            steering=self.steering,
            calendar=self.calendar,
            clock=self.mesh.clock,
        )

    async def start_due(self, tenant_id: UUID, connection_id: UUID, due: datetime) -> None:
        """Start the run of a due time."""
        await start_due(
            tenant_id,
            connection_id,
            due,
            steering=self.steering,
            calendar=self.calendar,
            connections=self.mesh.connections,
            runs=self.mesh.runs,
            clock=self.mesh.clock,
            flags=self.mesh.flags,
        )
