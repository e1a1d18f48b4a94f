"""Invitations: how a tenant gets its further users."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from identity.domain.errors import TicketRefused

LIFETIME = timedelta(days=7)
MAX_OPEN = 500
"""Invitations of one tenant that wait at once."""


@dataclass(frozen=True)
class Invitation:
    """An address that may become a user with these roles; only the secret's hash is known."""

    tenant_id: UUID
    id: UUID
    email: str
    roles: tuple[str, ...]
    secret_hash: bytes
    invited_by: UUID
    created_at: datetime
    expires_at: datetime


def invitation_refused() -> TicketRefused:
    """Return the one answer to every unusable invitation."""
    return TicketRefused("This invitation cannot be used (any more).", hint="Ask whoever invited you for a new one.")
