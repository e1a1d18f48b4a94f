"""The tenant's audit log and feature flags."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.errors import InvalidRequest
from aos_common.paging import decode_token, encode_token, page_size

from identity.domain.audit import Break, Entry, Filter, Head, Linked
from identity.domain.flag import Flag
from identity.ports import AuditLog, Clock, Flags
from identity.usecases.administration.list_flags import list_flags
from identity.usecases.administration.set_flag import set_flag
from identity.usecases.administration.verify_audit_log import verify_audit_log

LIVE_PAGE = 100
EXPORT_PAGE = 1000


@dataclass(frozen=True)
class FlagsApi:
    """Feature flags of the caller's tenant."""

    flags: Flags
    clock: Clock

    async def list(self, caller: Caller) -> tuple[list[Flag], int]:
        """Return every flag, and the version of the tenant's choices."""
        require(caller, Permission.FLAGS_READ)
        return await list_flags(caller.tenant_id, flags=self.flags)

    async def set(self, caller: Caller, name: str, enabled: bool | None) -> Flag:
        """Set a flag; None goes back to the default."""
        require(caller, Permission.FLAGS_MANAGE)
        return await set_flag(caller.tenant_id, name, enabled, caller.subject, flags=self.flags, clock=self.clock)


@dataclass(frozen=True)
class AuditApi:
    """The audit log of the caller's tenant; `seal_key` seals the ends of the chains."""

    log: AuditLog
    seal_key: bytes
    pause: Callable[[], Awaitable[None]]

    async def record(self, entry: Entry) -> bool:
        """Append what a service reported; False when it is known."""
        return await self.log.append(entry)

    async def list(self, caller: Caller, wanted: Filter, size: int, token: str) -> tuple[list[Linked], str]:
        """Return a page of entries, newest first, and the token of the next."""
        require(caller, Permission.AUDIT_READ)
        limit, place = page_size(size), decode_token(token, 1)
        found = await self.log.page(caller.tenant_id, wanted, limit + 1, _number(place[0]) if place else None)
        return found[:limit], encode_token([found[limit - 1].entry.seq]) if len(found) > limit else ""

    async def verify(self, caller: Caller) -> tuple[Break | None, int, Head | None]:
        """Follow the whole chain; return where it breaks, how many entries were whole, and the sealed end."""
        require(caller, Permission.AUDIT_READ)
        broken, count = await verify_audit_log(caller.tenant_id, log=self.log, key=self.seal_key)
        return broken, count, await self.log.head(caller.tenant_id)

    def export(self, caller: Caller) -> AsyncIterator[Linked]:
        """Yield every entry there is now, in the order of the chain."""
        require(caller, Permission.AUDIT_READ)
        return self._parts(caller.tenant_id, 0, EXPORT_PAGE, live=False)

    def follow(self, caller: Caller, after: int | None) -> AsyncIterator[Linked]:
        """Yield entries as they come, those after a number; without one, those from now on."""
        require(caller, Permission.AUDIT_READ)
        return self._parts(caller.tenant_id, after, LIVE_PAGE, live=True)

    async def _parts(self, tenant_id: UUID, after: int | None, size: int, *, live: bool) -> AsyncIterator[Linked]:
        if after is None:
            head = await self.log.head(tenant_id)
            after = head.seq if head else 0
        while True:
            part = await self.log.part(tenant_id, after, size)
            for linked in part:
                yield linked
            if part:
                after = part[-1].entry.seq
            elif not live:
                return
            else:
                await self.pause()


def _number(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**63:
        raise InvalidRequest("The page token is not one this API gave out.", hint="Start again without page_token.")
    return value
