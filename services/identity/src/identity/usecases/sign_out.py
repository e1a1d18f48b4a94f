"""End a session."""

from identity.domain.session import parse_token
from identity.ports import Clock, Sessions


async def sign_out(text: str, *, sessions: Sessions, clock: Clock) -> None:
    """End the session of a refresh token; a token that is none ends nothing."""
    session = await sessions.find(parse_token(text))
    if session is not None:
        await sessions.end(session.tenant_id, session.user_id, session.id, clock())
