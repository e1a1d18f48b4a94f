"""Sessions: families of single-use refresh tokens.

A token is `<tenant>.<id>.<secret>`; only the secret's SHA-256 is stored. Using a token twice means that somebody copied
it, so its whole family ends (OAuth 2.0 Security Best Current Practice, RFC 9700 §4.14.2).
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from identity.domain.errors import SessionEnded

REFRESH_LIFETIME = timedelta(days=30)
PARTS = 3


@dataclass(frozen=True)
class RefreshToken:
    """A stored refresh token."""

    tenant_id: UUID
    id: UUID
    family_id: UUID
    user_id: UUID
    secret_hash: bytes
    expires_at: datetime
    used_at: datetime | None = None

    def matches(self, secret: str) -> bool:
        """Tell whether this is the token that holds the secret."""
        return hmac.compare_digest(self.secret_hash, hash_secret(secret))


@dataclass(frozen=True)
class TokenText:
    """A refresh token as the client holds it."""

    tenant_id: UUID
    id: UUID
    secret: str

    def __str__(self) -> str:
        return f"{self.tenant_id.hex}.{self.id.hex}.{self.secret}"


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 of a random secret; being random, it needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def parse_token(text: str) -> TokenText:
    """Read a client's refresh token; raise `SessionEnded` when it is not one."""
    parts = text.split(".")
    try:
        if len(parts) != PARTS:
            raise ValueError
        return TokenText(UUID(parts[0]), UUID(parts[1]), parts[2])
    except ValueError:
        raise session_ended() from None


def session_ended() -> SessionEnded:
    """Return the one answer to every unusable refresh token."""
    return SessionEnded("This session has ended.", hint="Sign in again.")
