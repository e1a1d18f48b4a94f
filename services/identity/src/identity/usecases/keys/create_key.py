"""Create an API key."""

import secrets
from collections.abc import Collection
from datetime import timedelta
from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.ids import new_id

from identity.domain.credentials.service_account import MAX_LIFETIME, ApiKey, key_text
from identity.domain.credentials.ticket import Ticket, hash_secret
from identity.domain.roles import check_grant
from identity.ports import Clock, ServiceAccounts
from identity.usecases.keys.create_service_account import checked_name


async def create_key(
    tenant_id: UUID,
    account_id: UUID,
    name: str,
    days: int | None,
    actor: Collection[str],
    *,
    service_accounts: ServiceAccounts,
    clock: Clock,
) -> tuple[ApiKey, str]:
    """Return the key and its text, which nobody can read again; raise `RoleNotYours`, `NotFound` or `TooMany`.

    It expires after `days`, or never. `actor` are the roles of whoever asks: a key acts as its account, so making one
    takes what making the account takes.
    """
    if days is not None and not 1 <= days <= MAX_LIFETIME.days:
        raise InvalidRequest(f"A key lives 1 to {MAX_LIFETIME.days} days, or until it is revoked.")
    account = await service_accounts.get(tenant_id, account_id)
    check_grant(actor, account.roles)
    ticket, now = Ticket(tenant_id, new_id(), secrets.token_urlsafe(32)), clock()
    expires = now + timedelta(days=days) if days is not None else None
    hashed = hash_secret(ticket.secret)
    key = ApiKey(tenant_id, ticket.id, account_id, checked_name(name), hashed, now, expires)
    await service_accounts.add_key(key)
    return key, key_text(ticket)
