"""Service accounts: programs that work for a tenant, and the API keys they sign in with.

A key is `aos_<52 letters and digits>_<secret>`: base32 of tenant and key id (RFC 4648 §6, lower case), so that it is
looked up within its tenant, then 32 random bytes of which only the hash is kept. The prefix lets scanners find leaks.
"""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from identity.domain.credentials.ticket import Ticket
from identity.domain.errors import KeyRefused

PREFIX = "aos"
PARTS = 3
ID_CHARACTERS = 52
MAX_ACCOUNTS = 200
MAX_KEYS = 10
"""Keys of one service account: enough to change them without a gap."""
MAX_LIFETIME = timedelta(days=730)


@dataclass(frozen=True)
class ServiceAccount:
    """A program with roles of its own."""

    tenant_id: UUID
    id: UUID
    name: str
    roles: tuple[str, ...]
    created_by: str
    created_at: datetime


@dataclass(frozen=True)
class ApiKey:
    """A key of a service account; only the secret's hash is known. `expires_at` None: until it is revoked."""

    tenant_id: UUID
    id: UUID
    account_id: UUID
    name: str
    secret_hash: bytes
    created_at: datetime
    expires_at: datetime | None
    used_at: datetime | None = None


def key_text(ticket: Ticket) -> str:
    """Return a key as its holder keeps it."""
    name = base64.b32encode(ticket.tenant_id.bytes + ticket.id.bytes).decode().rstrip("=").lower()
    return f"{PREFIX}_{name}_{ticket.secret}"


def parse_key(text: str) -> Ticket:
    """Read a key; raise `KeyRefused` when it is not one."""
    parts = text.strip().split("_", 2)
    if len(parts) != PARTS or parts[0] != PREFIX or len(parts[1]) != ID_CHARACTERS:
        raise key_refused()
    try:
        both = base64.b32decode(parts[1].upper() + "====")
    except binascii.Error:
        raise key_refused() from None
    return Ticket(UUID(bytes=both[:16]), UUID(bytes=both[16:]), parts[2])


def key_refused() -> KeyRefused:
    """Return the one answer to every unusable key."""
    return KeyRefused("The API key is unknown, expired or revoked.", hint="Create a new one: aos keys create")
