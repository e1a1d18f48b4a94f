"""Remove a service account, or one of its keys."""

from collections.abc import Collection
from uuid import UUID

from identity.domain.roles import check_grant
from identity.ports import Clock, ServiceAccounts


async def remove_service_account(
    tenant_id: UUID,
    account_id: UUID,
    key_id: UUID | None,
    actor: Collection[str],
    *,
    service_accounts: ServiceAccounts,
    clock: Clock,
) -> None:
    """Remove the key, or without one the account with all its keys; raise `RoleNotYours` or `NotFound`.

    `actor` are the roles of whoever asks. What the keys were exchanged for is refused within seconds.
    """
    account = await service_accounts.get(tenant_id, account_id)
    check_grant(actor, account.roles)
    if key_id is None:
        await service_accounts.remove(tenant_id, account_id, clock())
    else:
        await service_accounts.remove_key(tenant_id, account_id, key_id, clock())
