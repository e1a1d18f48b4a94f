"""Tell callers who they are."""

from uuid import UUID

from identity.domain.account import User
from identity.domain.credentials.service_account import ServiceAccount
from identity.domain.errors import NotFound
from identity.domain.session import session_ended
from identity.ports import Accounts, ServiceAccounts


async def get_me(
    tenant_id: UUID, subject: str, *, accounts: Accounts, service_accounts: ServiceAccounts
) -> User | ServiceAccount:
    """Return the user or service account of a verified token; raise `SessionEnded` when there is none (any more)."""
    try:
        wanted = UUID(subject)
    except ValueError:
        raise session_ended() from None
    user = await accounts.get_user(tenant_id, wanted)
    if user is not None:
        return user
    try:
        return await service_accounts.get(tenant_id, wanted)
    except NotFound:
        raise session_ended() from None
