"""Tickets: secrets that are handed out once and kept as a hash: refresh tokens, invitations, password resets.

As text a ticket is `<tenant>.<id>.<secret>`, so that it is looked up within its tenant, behind row-level security.
"""

import hashlib
import hmac
from dataclasses import dataclass, field
from uuid import UUID

PARTS = 3


@dataclass(frozen=True)
class Ticket:
    """A ticket as its holder has it."""

    tenant_id: UUID
    id: UUID
    secret: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.tenant_id.hex}.{self.id.hex}.{self.secret}"


def hash_secret(secret: str) -> bytes:
    """Return the SHA-256 of a random secret; being random, it needs no slow hash."""
    return hashlib.sha256(secret.encode()).digest()


def fits(secret_hash: bytes, secret: str) -> bool:
    """Tell, in constant time, whether the hash is that of the secret."""
    return hmac.compare_digest(secret_hash, hash_secret(secret))


def parse_ticket(text: str) -> Ticket | None:
    """Read a ticket; None when the text is not one."""
    parts = text.strip().split(".")
    try:
        return Ticket(UUID(parts[0]), UUID(parts[1]), parts[2]) if len(parts) == PARTS else None
    except ValueError:
        return None
