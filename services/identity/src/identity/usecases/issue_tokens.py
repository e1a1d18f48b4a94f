"""Issue an access token and the refresh token that renews it."""

import secrets
from dataclasses import dataclass, field

from aos_common.ids import new_id

from identity.domain.account import User
from identity.domain.credentials.ticket import Ticket, hash_secret
from identity.domain.session import REFRESH_LIFETIME, Origin, RefreshToken, Session
from identity.ports import Clock, Sessions, Signer

ACCESS_LIFETIME = 600
"""Seconds an access token lives."""


@dataclass(frozen=True)
class Tokens:
    """What a client gets: both tokens, and the seconds until the access token expires."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int


async def issue_tokens(user: User, origin: Origin, *, sessions: Sessions, signer: Signer, clock: Clock) -> Tokens:
    """Sign the user in, in a new session."""
    now = clock()
    ticket = Ticket(user.tenant_id, new_id(), secrets.token_urlsafe(32))
    expires = now + REFRESH_LIFETIME
    session = Session(user.tenant_id, ticket.id, user.id, now, now, expires, origin)
    token = RefreshToken(user.tenant_id, ticket.id, session.id, hash_secret(ticket.secret), expires)
    await sessions.begin(session, token)
    return Tokens(sign_access(user, session, signer), str(ticket), ACCESS_LIFETIME)


def sign_access(user: User, session: Session, signer: Signer) -> str:
    """Return an access token of the session with the roles the user has now."""
    return signer.sign(
        tenant_id=user.tenant_id,
        subject=str(user.id),
        roles=user.roles,
        lifetime=ACCESS_LIFETIME,
        session=str(session.id),
        not_before=user.tokens_from,
    )
