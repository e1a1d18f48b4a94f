"""End a session."""

from identity.domain.session import parse_token
from identity.ports import Clock, Sessions


async def sign_out(text: str, *, sessions: Sessions, clock: Clock) -> None:
    """End the session of a refresh token; a token that is none ends nothing."""
    asked = parse_token(text)
    token = await sessions.spend(asked.tenant_id, asked.id, asked.secret, clock())
    if token is not None:
        await sessions.end_family(token.tenant_id, token.family_id)
