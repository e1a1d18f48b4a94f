"""Sessions: families of single-use refresh tokens.

Using a token twice means that somebody copied it, so its whole family ends (OAuth 2.0 Security Best Current Practice,
RFC 9700 §4.14.2). One case is let through: for `GRACE` after its use a token works again as long as its successor was
never used, because then the client most likely lost the answer (a dropped connection, a process that ended between the
answer and its file). The successor is then replaced and counts as used, so that whoever holds it gives itself away by
using it: a thief gains no session that lasts, and detection is the same as without the grace. RFC 9700 leaves the way
of rotation to the server; Auth0 calls this rotation overlap and Okta grace period, of up to 60 s.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from identity.domain.credentials.ticket import Ticket, fits, parse_ticket
from identity.domain.errors import SessionEnded

REFRESH_LIFETIME = timedelta(days=30)
GRACE = timedelta(seconds=10)
MAX_SESSIONS = 100
"""Sessions of one user; signing in once more ends the one used longest ago."""


@dataclass(frozen=True)
class Origin:
    """Where a sign-in came from: the client's address as the gateway saw it, and what it calls itself."""

    address: str = ""
    user_agent: str = ""


@dataclass(frozen=True)
class Session:
    """One sign-in of a user, the `sid` of its access tokens."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    created_at: datetime
    used_at: datetime
    expires_at: datetime
    origin: Origin


@dataclass(frozen=True)
class RefreshToken:
    """A stored refresh token. `successor_id` is the token it was exchanged for; None also where that was replaced."""

    tenant_id: UUID
    id: UUID
    family_id: UUID
    secret_hash: bytes
    expires_at: datetime
    used_at: datetime | None = None
    successor_id: UUID | None = None

    def matches(self, secret: str) -> bool:
        """Tell whether this is the token that holds the secret."""
        return fits(self.secret_hash, secret)


class Verdict(StrEnum):
    """What becomes of a refresh token that came in."""

    RENEW = "renew"
    REPLACE = "replace"  # the answer was lost: give a new successor instead of the unused one
    EXPIRED = "expired"
    STOLEN = "stolen"


def judge(token: RefreshToken, successor: RefreshToken | None, now: datetime) -> Verdict:
    """Decide about a token that was sent with its secret; see the module's text."""
    if token.expires_at <= now:
        return Verdict.EXPIRED
    if token.used_at is None:
        return Verdict.RENEW
    if now - token.used_at <= GRACE and successor is not None and successor.used_at is None:
        return Verdict.REPLACE
    return Verdict.STOLEN


def parse_token(text: str) -> Ticket:
    """Read a client's refresh token; raise `SessionEnded` when it is not one."""
    ticket = parse_ticket(text)
    if ticket is None:
        raise session_ended()
    return ticket


def session_ended() -> SessionEnded:
    """Return the one answer to every unusable refresh token."""
    return SessionEnded("This session has ended.", hint="Sign in again.")
