"""Tenants, their users, and the mails to them."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol
from uuid import UUID

from identity.domain.account import User
from identity.domain.credentials.ticket import Ticket
from identity.domain.invitation import Invitation
from identity.domain.mail import Mail


class Accounts(Protocol):
    """Tenants, and their users one at a time."""

    async def add_tenant(self, user: User, now: datetime) -> None:
        """Store a tenant and its first user; raise `EmailTaken` when the address already signs in."""

    async def find_by_email(self, email: str) -> User | None:
        """Return the user who signs in with the address, disabled or not."""

    async def get_user(self, tenant_id: UUID, user_id: UUID) -> User | None:
        """Return one user, disabled or not."""

    async def tenant_name(self, tenant_id: UUID) -> str | None:
        """Return the tenant's name; None when there is no such tenant."""


class Users(Protocol):
    """The users of a tenant, together."""

    async def page(self, tenant_id: UUID, size: int, after: UUID | None) -> list[User]:
        """Return users in the order they came, those after an id."""

    async def change(self, tenant_id: UUID, user_id: UUID, decide: Callable[[User], User], now: datetime) -> User:
        """Store what `decide` makes of the user, alone with the tenant's users; raise `NotFound` or `LastOwner`.

        Tokens carry roles: where these change, or the user is disabled, the user's tokens are revoked in the same
        transaction; a disabled user's sessions end.
        """

    async def remove(self, tenant_id: UUID, user_id: UUID, check: Callable[[User], None], now: datetime) -> User:
        """Remove a user and revoke their tokens; raise `NotFound` or `LastOwner`."""

    async def set_password(
        self, user: User, password_hash: str, now: datetime, *, keep: UUID | None, notice: Mail
    ) -> None:
        """Store a new password, end the user's sessions but `keep`, revoke their tokens, and send the notice."""


class Invitations(Protocol):
    """Invitations at rest."""

    async def add(self, invitation: Invitation, mail: Mail) -> None:
        """Store and send an invitation in place of an older one to the address; raise `EmailTaken` or `TooMany`.

        `EmailTaken` tells of users of this tenant alone.
        """

    async def page(self, tenant_id: UUID, size: int, after: UUID | None, now: datetime) -> list[Invitation]:
        """Return invitations that wait, in the order they were made."""

    async def withdraw(self, tenant_id: UUID, invitation_id: UUID) -> None:
        """Delete an invitation; raise `NotFound`."""

    async def find(self, ticket: Ticket, now: datetime) -> Invitation:
        """Return the invitation of a ticket; raise `TicketRefused`."""

    async def accept(self, invitation: Invitation, user: User, now: datetime) -> None:
        """Spend the invitation and store its user; raise `TicketRefused` or `EmailTaken`."""


class Mails(Protocol):
    """Mails that wait."""

    async def get(self, tenant_id: UUID, mail_id: UUID) -> Mail | None:
        """Return a mail; None when it was sent or has gone."""

    async def sent(self, tenant_id: UUID, mail_id: UUID, now: datetime) -> None:
        """Note that a mail was delivered, and forget its body."""


class MailSender(Protocol):
    """Hands mails to a server."""

    async def send(self, mail: Mail) -> None:
        """Deliver a mail; raise `DependencyUnavailable` when that may work later, `MailRefused` when it never will."""


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Return now, aware, in UTC."""
