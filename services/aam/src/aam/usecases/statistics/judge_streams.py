"""Judge the streams of a connection by their histories, after a run."""

from uuid import UUID

from aam.domain.statistics import health_of
from aam.ports import Runs, Statistics


async def judge_streams(tenant_id: UUID, run_id: UUID, *, runs: Runs, statistics: Statistics) -> None:
    """Keep when each stream succeeded, how often it failed since, and whether its silence is suspicious.

    An alarm ends by itself: the first reading with rows finds nothing suspicious any more.
    """
    connection_id = (await runs.get(tenant_id, run_id)).connection_id
    history = await statistics.history(tenant_id, connection_id)
    found = {stream: health_of(readings) for stream, readings in history.items()}
    await statistics.keep(tenant_id, connection_id, found)
