"""Steering over REST."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter

from aam.domain.steering import Limits, Schedule
from aam.entrypoints.steering.api import SteeringApi
from aam.entrypoints.steering.models import LimitsBody, ScheduleBody, SteeringOut


def steering_router(api: SteeringApi) -> APIRouter:
    """Return the routes of pauses, schedules and limits."""
    routes = APIRouter(prefix="/connections/{connection_id}", tags=["steering"])

    @routes.get("/steering")
    async def get_steering(connection_id: str, caller: CurrentCaller) -> SteeringOut:
        """Tell whether a connection is paused, by whom, when it runs next, and what its runs may take."""
        return SteeringOut.of(await api.get(caller, connection_id))

    @routes.post("/pause")
    async def pause(connection_id: str, caller: CurrentCaller) -> SteeringOut:
        """Pause a connection: no run starts, and the active one stops at its next batch."""
        return SteeringOut.of(await api.pause(caller, connection_id))

    @routes.post("/resume")
    async def resume(connection_id: str, caller: CurrentCaller) -> SteeringOut:
        """Resume a connection; a run that was stopped goes on from its checkpoints."""
        return SteeringOut.of(await api.resume(caller, connection_id))

    @routes.put("/schedule")
    async def set_schedule(connection_id: str, body: ScheduleBody, caller: CurrentCaller) -> SteeringOut:
        """Run a connection every so many minutes or by a cron text; without either, only when asked."""
        schedule = Schedule(body.every_minutes, body.cron.strip(), body.timezone)
        return SteeringOut.of(await api.set_schedule(caller, connection_id, schedule))

    @routes.put("/limits")
    async def set_limits(connection_id: str, body: LimitsBody, caller: CurrentCaller) -> SteeringOut:
        """Limit the streams and rows that a connection's runs read at a time."""
        limits = Limits(body.streams_at_once, body.rows_per_second)
        return SteeringOut.of(await api.set_limits(caller, connection_id, limits))

    return routes
