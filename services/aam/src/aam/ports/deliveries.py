"""What was announced and whether the views have it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aam.domain.quarantine import Misfit


@dataclass(frozen=True)
class Backlog:
    """Announced batches that are in no view yet; `since` is when the oldest of them was announced."""

    batches: int
    since: datetime | None


@dataclass(frozen=True)
class Delivery:
    """What one run announced of one stream; `keys` are the object keys of its batches."""

    run_id: UUID
    stream: str
    keys: Sequence[str]


@dataclass(frozen=True)
class Landed:
    """One reading as it landed: the object keys of its batches in order, and what of its rows was set aside."""

    keys: Sequence[str]
    aside: Sequence[Misfit] = ()


class Deliveries(Protocol):
    """Stored deliveries; every call is one transaction of the tenant."""

    async def backlog(self, tenant_id: UUID) -> Backlog:
        """What all streams of the tenant have announced and no view has, without what the views refused."""

    async def applied(self, tenant_id: UUID, run_id: UUID, source: str, at: datetime) -> None:
        """The views have it; nothing happens when they had it before, or when it is gone."""

    async def refused(self, tenant_id: UUID, run_id: UUID, source: str, reason: str) -> None:
        """The views could not take it: it is no backlog, its files stay, and the run's stream says why."""

    async def landed(self, tenant_id: UUID, source: str) -> list[Landed]:
        """The last whole reading of a stream that is kept and all readings after it, in order; empty without one."""

    async def expired(self, tenant_id: UUID, before: datetime, most: int) -> list[Delivery]:
        """At most so many that were announced before, oldest first, of those that the views have."""

    async def forget(self, tenant_id: UUID, delivery: Delivery) -> None:
        """Forget it and its batches, whose files are gone."""

    async def any_left(self, tenant_id: UUID) -> bool:
        """Tell whether one is kept."""
