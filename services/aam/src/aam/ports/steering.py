"""What steering connections needs beside the other ports."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aam.domain.steering import Limits, Schedule, Steering


@dataclass(frozen=True)
class Due:
    """The next due time, and when a worker is to look after it."""

    at: datetime
    start_at: datetime


class SteeringStore(Protocol):
    """How connections are steered; every call is one transaction of the tenant and raises `ConnectionNotFound`."""

    async def pause(self, tenant_id: UUID, connection_id: UUID, by: str, at: datetime) -> Steering:
        """Start no run any more, and stop the open one where it stands; who paused it first counts."""

    async def resume(self, tenant_id: UUID, connection_id: UUID) -> Steering:
        """Let runs start again, and queue the one that was stopped, to go on from its checkpoints."""

    async def set_limits(self, tenant_id: UUID, connection_id: UUID, limits: Limits) -> Steering:
        """They count from the next run on."""

    async def set_schedule(self, tenant_id: UUID, connection_id: UUID, schedule: Schedule, due: Due | None) -> Steering:
        """Follow this schedule from now on; without a due time, none."""

    async def settle_due(self, tenant_id: UUID, connection_id: UUID, at: datetime, note: str, due: Due) -> None:
        """The due time is dealt with, once; `note` says why no run began. The next one is due."""


class Calendar(Protocol):
    """Knows when schedules are due."""

    def following(self, schedule: Schedule, after: datetime, last: datetime) -> datetime:
        """The first due time after a moment; `last` is one before, from which intervals count.

        Raises `InvalidSchedule` for a schedule that cannot be followed.
        """
