"""The use cases of watching with their ports filled in."""

from dataclasses import dataclass
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller

from aam.domain.watching import Watch, WatchedSync
from aam.entrypoints.parsing import parse_id
from aam.ports import Clock
from aam.ports.watching import Deployments, Watches
from aam.usecases.watching.look_at_deployment import look_at_deployment
from aam.usecases.watching.watch_deployment import watch_deployment


@dataclass(frozen=True)
class WatchingApi:
    """Watched deployments, wired."""

    watches: Watches
    deployments: Deployments
    clock: Clock

    async def create(
        self, caller: Caller, name: str, url: str, secret: dict[str, str], every_seconds: int, stale_after_minutes: int
    ) -> Watch:
        """Begin to watch a deployment."""
        require(caller, Permission.CONNECTIONS_WRITE)
        return await watch_deployment(
            caller.tenant_id,
            name,
            url,
            secret,
            every_seconds,
            stale_after_minutes,
            watches=self.watches,
            clock=self.clock,
        )

    async def all(self, caller: Caller) -> list[Watch]:
        """Every watch, newest first; there are few."""
        require(caller, Permission.CONNECTIONS_READ)
        return await self.watches.all(caller.tenant_id)

    async def get(self, caller: Caller, watch_id: str) -> tuple[Watch, list[WatchedSync]]:
        """One watch with what the last look has found."""
        require(caller, Permission.CONNECTIONS_READ)
        found = await self.watches.get(caller.tenant_id, parse_id(watch_id))
        return found, await self.watches.syncs(caller.tenant_id, found.id)

    async def delete(self, caller: Caller, watch_id: str) -> None:
        """End a watch."""
        require(caller, Permission.CONNECTIONS_WRITE)
        await self.watches.delete(caller.tenant_id, parse_id(watch_id))

    async def look(self, tenant_id: UUID, watch_id: UUID) -> None:
        """Look at a deployment once."""
        await look_at_deployment(
            tenant_id, watch_id, watches=self.watches, deployments=self.deployments, clock=self.clock
        )
