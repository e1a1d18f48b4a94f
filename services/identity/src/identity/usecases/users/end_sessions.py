"""End a user's sessions for them."""

from collections.abc import Collection
from uuid import UUID

from identity.domain.errors import NotFound
from identity.domain.roles import check_grant
from identity.ports import Accounts, Clock, Sessions


async def end_sessions(
    tenant_id: UUID, user_id: UUID, actor: Collection[str], *, accounts: Accounts, sessions: Sessions, clock: Clock
) -> int:
    """Return how many sessions ended; raise `RoleNotYours` or `NotFound`. `actor` are the roles of whoever asks."""
    user = await accounts.get_user(tenant_id, user_id)
    if user is None:
        raise NotFound("There is no such user.")
    check_grant(actor, user.roles)
    return await sessions.end_all(tenant_id, user_id, clock(), keep=None)
