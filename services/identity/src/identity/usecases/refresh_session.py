"""Exchange a refresh token for new tokens."""

import secrets

from aos_common.ids import new_id

from identity.domain.credentials.ticket import Ticket, hash_secret
from identity.domain.session import REFRESH_LIFETIME, Origin, RefreshToken, Verdict, parse_token, session_ended
from identity.ports import Accounts, Clock, Sessions, Signer
from identity.usecases.issue_tokens import ACCESS_LIFETIME, Tokens, sign_access


async def refresh_session(
    text: str, origin: Origin, *, accounts: Accounts, sessions: Sessions, signer: Signer, clock: Clock
) -> Tokens:
    """Spend the token, as `identity.domain.session` says; raise `SessionEnded`."""
    asked, now = parse_token(text), clock()
    fresh = Ticket(asked.tenant_id, new_id(), secrets.token_urlsafe(32))

    def successor(token: RefreshToken) -> RefreshToken:
        hashed = hash_secret(fresh.secret)
        return RefreshToken(token.tenant_id, fresh.id, token.family_id, hashed, now + REFRESH_LIFETIME)

    verdict, session = await sessions.rotate(asked, successor, now, origin) or (Verdict.EXPIRED, None)
    if session is None or verdict not in (Verdict.RENEW, Verdict.REPLACE):
        raise session_ended()
    user = await accounts.get_user(session.tenant_id, session.user_id)
    if user is None or user.disabled_at is not None:
        raise session_ended()
    return Tokens(sign_access(user, session, signer), str(fresh), ACCESS_LIFETIME)
