"""The mails identity writes."""

from dataclasses import dataclass, field
from uuid import UUID


@dataclass(frozen=True)
class Mail:
    """A mail to one person; `body` is plain text and may hold a ticket, so it is a secret."""

    tenant_id: UUID
    id: UUID
    recipient: str
    subject: str
    body: str = field(repr=False)


def invitation_text(tenant_name: str, invited_by: str, ticket: str, url: str) -> tuple[str, str]:
    """Return subject and body of an invitation."""
    body = f"""{invited_by} invites you to {tenant_name} on AutonomOS.

Accept within 7 days and choose a password, in a browser or in a terminal:

    {_link(url, "invitation", ticket)}

    aos invitations accept {ticket} --url {url}

Whoever has this text can accept: do not pass it on. If you expect no invitation, leave it alone and nothing happens.
"""
    return f"Invitation to {_line(tenant_name)}", body


def reset_text(ticket: str, url: str) -> tuple[str, str]:
    """Return subject and body of a password reset."""
    body = f"""Somebody asked for a new password of your account on AutonomOS.

If it was you, choose one within 30 minutes, in a browser or in a terminal:

    {_link(url, "reset", ticket)}

    aos password reset {ticket} --url {url}

If it was not you, leave this alone: your password stays as it is.
"""
    return "Your password on AutonomOS", body


def changed_text() -> tuple[str, str]:
    """Return subject and body of the note that follows a changed password."""
    body = """The password of your account on AutonomOS was changed, and its other sessions have ended.

If it was not you, ask for a new password at once (aos password forgot) and tell an owner of your tenant.
"""
    return "Your password was changed", body


def _link(url: str, page: str, ticket: str) -> str:
    """Return the address of the console's page that takes the ticket."""
    return f"{url.rstrip('/')}/{page}?ticket={ticket}"


def _line(text: str) -> str:
    """Return a name fit for a header: one line without control characters."""
    return "".join(character if character.isprintable() else " " for character in text)
