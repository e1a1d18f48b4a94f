"""Start the run of a due time."""

from datetime import datetime
from uuid import UUID

from aos_common.errors import DomainError, Kind

from aam.ports import Calendar, Clock, Connections, Flags, Runs, SteeringStore
from aam.usecases.steering.next_due import next_due
from aam.usecases.syncing.start_sync import start_sync

REFUSALS = (Kind.PRECONDITION, Kind.INVALID)


async def start_due(
    tenant_id: UUID,
    connection_id: UUID,
    due: datetime,
    *,
    steering: SteeringStore,
    calendar: Calendar,
    connections: Connections,
    runs: Runs,
    clock: Clock,
    flags: Flags,
) -> None:
    """Start a run, or note why none is started, and wait for the next due time after now.

    Safe to repeat: the run's request id names the due time. A time that was missed is caught up once, however many
    others were missed after it. Raises `ConnectionNotFound`.
    """
    found = (await connections.get(tenant_id, connection_id)).steering
    if found.next_at != due or not found.schedule:
        return  # dealt with, or scheduled otherwise since
    request, note = f"due {connection_id} {due.isoformat()}", ""
    try:
        run = await start_sync(
            tenant_id,
            connection_id,
            request_id=request,
            connections=connections,
            runs=runs,
            clock=clock,
            flags=flags,
        )
        if run.request_id != request:
            note = f"Skipped: run {run.id} was {run.state}."
    except DomainError as error:
        if error.kind not in REFUSALS:
            raise
        note = f"Skipped: {error.message}"
    following = next_due(connection_id, found.schedule, calendar, max(clock(), due), due)
    await steering.settle_due(tenant_id, connection_id, due, note, following)
