"""Give a connection a schedule."""

from uuid import UUID

from aam.domain.due import delay
from aam.domain.steering import Schedule, Steering
from aam.ports import Calendar, Clock, Due, SteeringStore


async def set_schedule(
    tenant_id: UUID,
    connection_id: UUID,
    schedule: Schedule,
    *,
    steering: SteeringStore,
    calendar: Calendar,
    clock: Clock,
) -> Steering:
    """Start a run at every due time from now on; an empty schedule ends it.

    Raises `ConnectionNotFound`, and `InvalidSchedule` for one that cannot be followed.
    """
    if not schedule:
        return await steering.set_schedule(tenant_id, connection_id, Schedule(), None)
    now = clock()
    at = calendar.following(schedule, now, now)
    gap = calendar.following(schedule, at, at) - at
    return await steering.set_schedule(tenant_id, connection_id, schedule, Due(at, at + delay(connection_id, gap)))
