"""Create a service account."""

from collections.abc import Collection, Sequence
from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.ids import new_id

from identity.domain.credentials.service_account import ServiceAccount
from identity.domain.roles import check_grant, checked_roles
from identity.ports import Clock, ServiceAccounts

MAX_NAME = 120


async def create_service_account(
    tenant_id: UUID,
    name: str,
    roles: Sequence[str],
    actor: Collection[str],
    created_by: str,
    *,
    service_accounts: ServiceAccounts,
    clock: Clock,
) -> ServiceAccount:
    """Return the new account; raise `RoleUnknown`, `RoleNotYours`, `NameTaken` or `TooMany`.

    `actor` are the roles of whoever asks, `created_by` is their subject.
    """
    named, wanted = checked_name(name), checked_roles(roles)
    check_grant(actor, wanted)
    account = ServiceAccount(tenant_id, new_id(), named, wanted, created_by, clock())
    await service_accounts.add(account)
    return account


def checked_name(name: str) -> str:
    """Return the trimmed name; raise `InvalidRequest` when it is empty, too long or not printable."""
    trimmed = name.strip()
    if not 1 <= len(trimmed) <= MAX_NAME or not trimmed.isprintable():
        raise InvalidRequest(f"A name has 1 to {MAX_NAME} printable characters.")
    return trimmed
