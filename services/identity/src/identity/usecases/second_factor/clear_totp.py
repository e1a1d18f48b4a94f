"""Turn off the second factor of a user who lost it."""

from collections.abc import Collection
from uuid import UUID

from identity.domain.errors import NotFound
from identity.domain.roles import check_grant
from identity.ports import Accounts, SecondFactors


async def clear_totp(
    tenant_id: UUID, user_id: UUID, actor: Collection[str], *, accounts: Accounts, second_factors: SecondFactors
) -> None:
    """Turn it off; raise `NotFound` or `RoleNotYours`. `actor` are the roles of whoever asks."""
    user = await accounts.get_user(tenant_id, user_id)
    if user is None:
        raise NotFound("There is no such user.", hint="aos users list shows whom there is.")
    check_grant(actor, user.roles)
    if not await second_factors.remove(tenant_id, user_id):
        raise NotFound("This user has no second factor.")
