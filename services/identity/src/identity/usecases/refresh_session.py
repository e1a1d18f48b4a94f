"""Exchange a refresh token for new tokens."""

from identity.domain.session import parse_token, session_ended
from identity.ports import Accounts, Clock, Sessions, Signer
from identity.usecases.issue_tokens import Tokens, issue_tokens


async def refresh_session(text: str, *, accounts: Accounts, sessions: Sessions, signer: Signer, clock: Clock) -> Tokens:
    """Spend the token; a token used before ends its whole family. Raise `SessionEnded`."""
    asked = parse_token(text)
    now = clock()
    token = await sessions.spend(asked.tenant_id, asked.id, asked.secret, now)
    if token is None:
        raise session_ended()
    if token.used_at is not None:
        await sessions.end_family(token.tenant_id, token.family_id)
        raise session_ended()
    user = await accounts.get_user(token.tenant_id, token.user_id)
    if user is None or token.expires_at <= now:
        raise session_ended()
    return await issue_tokens(user, sessions=sessions, signer=signer, clock=clock, family_id=token.family_id)
