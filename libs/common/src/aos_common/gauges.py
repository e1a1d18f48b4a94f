"""Keeps the gauges that have to be asked for: how much waits in a service's outbox and jobs."""

import asyncio

import sqlalchemy as sa
import structlog

from aos_common import metrics
from aos_common.db import Database
from aos_common.errors import DomainError
from aos_common.resilience import end_if_cancelled

__all__ = ["Gauges"]

log = structlog.get_logger()

EVERY_SECONDS = 15.0
_OUTBOX = "SELECT count(*), extract(epoch FROM now() - min(created_at)) FROM outbox WHERE published_at IS NULL"
_JOBS = "SELECT count(*), extract(epoch FROM now() - min(run_at)) FROM jobs WHERE state = 'queued' AND run_at <= now()"


class Gauges:
    """Looks every 15 seconds, as the role that may count over all tenants and see nothing else."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            end_if_cancelled()
            try:
                await self.look()
            except (DomainError, OSError, sa.exc.DBAPIError) as error:
                log.warning("gauges.unavailable", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def look(self) -> None:
        """Read outbox and jobs, and set the gauges."""
        async with self._database.platform_tx() as connection:
            events, oldest = (await connection.execute(sa.text(_OUTBOX))).one()
            jobs, longest = (await connection.execute(sa.text(_JOBS))).one()
        metrics.outbox_waiting.set(events)
        metrics.outbox_oldest.set(oldest or 0)
        metrics.jobs_waiting.set(jobs)
        metrics.jobs_oldest.set(longest or 0)
