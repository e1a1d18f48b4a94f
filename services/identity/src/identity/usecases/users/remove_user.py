"""Remove a user."""

from collections.abc import Collection
from uuid import UUID

from identity.domain.account import User
from identity.domain.roles import check_grant
from identity.ports import Clock, Users


async def remove_user(tenant_id: UUID, user_id: UUID, actor: Collection[str], *, users: Users, clock: Clock) -> User:
    """Return the user who was removed; raise `RoleNotYours`, `LastOwner` or `NotFound`.

    `actor` are the roles of whoever asks. The address is free for another account afterwards.
    """

    def check(user: User) -> None:
        check_grant(actor, user.roles)

    return await users.remove(tenant_id, user_id, check, clock())
