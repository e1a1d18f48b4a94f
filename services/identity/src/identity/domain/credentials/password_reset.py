"""Password resets: a new password for whoever reads the account's mail."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from identity.domain.errors import TicketRefused

LIFETIME = timedelta(minutes=30)
MAX_AN_HOUR = 5
"""Mails to one account; whoever asks more often gets the same answer and no mail."""


@dataclass(frozen=True)
class PasswordReset:
    """A reset that was asked for; only the secret's hash is known."""

    tenant_id: UUID
    id: UUID
    user_id: UUID
    secret_hash: bytes
    created_at: datetime
    expires_at: datetime


def reset_refused() -> TicketRefused:
    """Return the one answer to every unusable reset."""
    return TicketRefused("This password reset cannot be used (any more).", hint="Ask for a new one.")
