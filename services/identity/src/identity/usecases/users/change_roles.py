"""Give a user other roles."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from uuid import UUID

from identity.domain.account import User
from identity.domain.roles import check_grant, checked_roles
from identity.ports import Clock, Users


async def change_roles(
    tenant_id: UUID, user_id: UUID, roles: Sequence[str], actor: Collection[str], *, users: Users, clock: Clock
) -> User:
    """Return the user with the new roles; raise `RoleUnknown`, `RoleNotYours`, `LastOwner` or `NotFound`.

    `actor` are the roles of whoever asks.
    """
    wanted = checked_roles(roles)

    def decide(user: User) -> User:
        check_grant(actor, user.roles, wanted)
        return replace(user, roles=wanted)

    return await users.change(tenant_id, user_id, decide, clock())
