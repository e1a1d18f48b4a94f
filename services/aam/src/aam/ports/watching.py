"""Watching deployments of others."""

from collections.abc import Mapping as Map
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

from aam.domain.watching import Watch, WatchedSync, WatchState


class Watches(Protocol):
    """Stored watches; every call is one transaction of the tenant."""

    async def add(self, tenant_id: UUID, watch: Watch, secret: Map[str, str], most: int) -> Watch:
        """Store it with its sealed credential, and queue the first look. Raises `WatchExists`, `InvalidWatch`."""

    async def get(self, tenant_id: UUID, watch_id: UUID) -> Watch:
        """Raises `WatchNotFound`."""

    async def all(self, tenant_id: UUID) -> list[Watch]:
        """Newest first."""

    async def delete(self, tenant_id: UUID, watch_id: UUID) -> None:
        """With what was seen of it. Raises `WatchNotFound`."""

    async def secret(self, tenant_id: UUID, watch_id: UUID) -> dict[str, str]:
        """The credential, for asking the deployment and nothing else."""

    async def syncs(self, tenant_id: UUID, watch_id: UUID) -> list[WatchedSync]:
        """Those with a warning first, then by name."""

    async def save(
        self,
        tenant_id: UUID,
        watch: Watch,
        state: WatchState,
        error: str,
        syncs: Sequence[WatchedSync] | None,
        *,
        at: datetime,
        again_at: datetime,
    ) -> None:
        """Keep what a look has found (None: what was seen before stays), and queue the next, in one transaction."""


class Deployments(Protocol):
    """Asks a deployment."""

    async def last_syncs(self, url: str, secret: Map[str, str]) -> list[WatchedSync]:
        """The last sync of each connection. Raises `WatchFailed`."""
