"""Give a connection a schedule."""

from uuid import UUID

from aam.domain.steering import Schedule, Steering
from aam.ports import Calendar, Clock, SteeringStore
from aam.usecases.steering.next_due import next_due


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
    due = next_due(connection_id, schedule, calendar, now, now)
    return await steering.set_schedule(tenant_id, connection_id, schedule, due)
