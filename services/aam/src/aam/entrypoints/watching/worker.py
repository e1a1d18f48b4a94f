"""Jobs that look at watched deployments."""

from datetime import timedelta
from uuid import UUID

from aos_common.db import Database
from aos_common.errors import DependencyUnavailable, DomainError
from aos_common.jobs import Job, Worker

from aam.domain.watching import WatchNotFound
from aam.entrypoints.watching.api import WatchingApi

WATCH = "watch"
MAX_ATTEMPTS = 1_000
"""A look that is given up would be the last one."""
KEEP_ENDED = timedelta(hours=1)


def looks(database: Database, api: WatchingApi) -> Worker:
    """A worker that looks at deployments when it is time; its jobs may run twice."""

    async def look(job: Job) -> None:
        try:
            await api.look(job.tenant_id, UUID(job.payload["watch_id"]))
        except WatchNotFound:
            return  # deleted meanwhile
        except DomainError as error:
            raise DependencyUnavailable(str(error)) from error

    return Worker(database, {WATCH: look}, max_attempts=MAX_ATTEMPTS, keep_ended=KEEP_ENDED)
