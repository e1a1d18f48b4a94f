"""When a connection is due next, and when a worker looks after it."""

from datetime import datetime, timedelta
from uuid import UUID

from aam.domain.steering import Schedule
from aam.ports import Calendar, Due

MOST_SECONDS = 60.0
SHARE = 0.1
STEPS = 1_000


def next_due(connection_id: UUID, schedule: Schedule, calendar: Calendar, after: datetime, last: datetime) -> Due:
    """The first due time after a moment; `last` is one before. Raises `InvalidSchedule`.

    It is looked after a while later, always the same for a connection, at most a minute and a tenth of the time to the
    due time after it: connections that are due together do not all start in the same moment.
    """
    at = calendar.following(schedule, after, last)
    gap = calendar.following(schedule, at, at) - at
    most = min(MOST_SECONDS, gap.total_seconds() * SHARE)
    return Due(at, at + timedelta(seconds=most * (connection_id.int % STEPS) / STEPS))
