"""Disable a user, or enable one again."""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from identity.domain.account import User
from identity.domain.roles import check_grant
from identity.ports import Clock, Users


async def set_enabled(
    tenant_id: UUID, user_id: UUID, actor: Collection[str], *, enabled: bool, users: Users, clock: Clock
) -> User:
    """Return the user, who may (not) sign in from now on; raise `RoleNotYours`, `LastOwner` or `NotFound`.

    `actor` are the roles of whoever asks.
    """
    now = clock()

    def decide(user: User) -> User:
        check_grant(actor, user.roles)
        return replace(user, disabled_at=None if enabled else user.disabled_at or now)

    return await users.change(tenant_id, user_id, decide, now)
