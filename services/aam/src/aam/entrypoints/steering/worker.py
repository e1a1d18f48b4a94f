"""Jobs that wait for the due times of connections."""

from datetime import datetime, timedelta
from uuid import UUID

from aos_common.db import Database
from aos_common.errors import DependencyUnavailable, DomainError
from aos_common.jobs import Job, Worker

from aam.domain.errors import ConnectionNotFound
from aam.entrypoints.steering.api import SteeringApi

SCHEDULE = "schedule"
MAX_ATTEMPTS = 1_000
"""A schedule that is given up would never start a run again."""
KEEP_ENDED = timedelta(hours=1)
"""There is a job for every due time of every connection."""


def due_times(database: Database, api: SteeringApi) -> Worker:
    """A worker that starts what is due; its jobs may run twice."""

    async def due(job: Job) -> None:
        at = datetime.fromisoformat(job.payload["due"])
        try:
            await api.start_due(job.tenant_id, UUID(job.payload["connection_id"]), at)
        except ConnectionNotFound:
            return  # deleted meanwhile
        except DomainError as error:
            raise DependencyUnavailable(str(error)) from error

    return Worker(database, {SCHEDULE: due}, max_attempts=MAX_ATTEMPTS, keep_ended=KEEP_ENDED)
