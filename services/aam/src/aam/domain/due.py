"""How due times are spread."""

from datetime import timedelta
from uuid import UUID

MOST_SECONDS = 60.0
SHARE = 0.1
STEPS = 1_000


def delay(connection_id: UUID, gap: timedelta) -> timedelta:
    """How long after its due time a connection starts: always the same, at most a tenth of the gap and a minute.

    Connections that are due together so do not all start in the same moment.
    """
    most = min(MOST_SECONDS, gap.total_seconds() * SHARE)
    return timedelta(seconds=most * (connection_id.int % STEPS) / STEPS)
