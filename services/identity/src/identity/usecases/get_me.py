"""Tell callers who they are."""

from uuid import UUID

from identity.domain.account import User
from identity.domain.session import session_ended
from identity.ports import Accounts


async def get_me(tenant_id: UUID, subject: str, *, accounts: Accounts) -> User:
    """Return the user of a verified token; raise `SessionEnded` when the user is gone or a service asks."""
    try:
        user_id = UUID(subject)
    except ValueError:
        raise session_ended() from None
    user = await accounts.get_user(tenant_id, user_id)
    if user is None:
        raise session_ended()
    return user
