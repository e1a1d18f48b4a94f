"""Issue an access token and the refresh token that renews it."""

import secrets
from dataclasses import dataclass
from uuid import UUID

from aos_common.ids import new_id

from identity.domain.account import User
from identity.domain.session import REFRESH_LIFETIME, RefreshToken, TokenText, hash_secret
from identity.ports import Clock, Sessions, Signer

ACCESS_LIFETIME = 600
"""Seconds an access token lives."""


@dataclass(frozen=True)
class Tokens:
    """What a client gets: both tokens, and the seconds until the access token expires."""

    access_token: str
    refresh_token: str
    expires_in: int


async def issue_tokens(
    user: User, *, sessions: Sessions, signer: Signer, clock: Clock, family_id: UUID | None = None
) -> Tokens:
    """Sign the user in, in a new session or in an existing token family."""
    text = TokenText(user.tenant_id, new_id(), secrets.token_urlsafe(32))
    await sessions.add(
        RefreshToken(
            tenant_id=user.tenant_id,
            id=text.id,
            family_id=family_id or text.id,
            user_id=user.id,
            secret_hash=hash_secret(text.secret),
            expires_at=clock() + REFRESH_LIFETIME,
        )
    )
    access = signer.sign(tenant_id=user.tenant_id, subject=str(user.id), roles=user.roles, lifetime=ACCESS_LIFETIME)
    return Tokens(access, str(text), ACCESS_LIFETIME)
