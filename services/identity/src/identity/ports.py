"""What the use cases need from outside."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from identity.domain.account import User
from identity.domain.session import RefreshToken


class Accounts(Protocol):
    """Tenants and users at rest."""

    async def add_tenant(self, user: User, now: datetime) -> None:
        """Store a tenant and its first user; raise `EmailTaken` when the address already signs in."""

    async def find_by_email(self, email: str) -> User | None:
        """Return the user who signs in with the address."""

    async def get_user(self, tenant_id: UUID, user_id: UUID) -> User | None:
        """Return one user."""

    async def tenant_exists(self, tenant_id: UUID) -> bool:
        """Tell whether the tenant is registered."""


class Sessions(Protocol):
    """Refresh tokens at rest."""

    async def add(self, token: RefreshToken) -> None:
        """Store a token."""

    async def spend(self, tenant_id: UUID, token_id: UUID, secret: str, now: datetime) -> RefreshToken | None:
        """Mark the token with this secret used and return it as it was before; of two calls at once one sees it unused.

        With another secret nothing changes and there is no token.
        """

    async def end_family(self, tenant_id: UUID, family_id: UUID) -> None:
        """Forget every token of a family."""


class PasswordHasher(Protocol):
    """Slow, salted hashes; at most a few at once."""

    async def hash(self, password: str) -> str:
        """Return a new hash."""

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password fits; takes as long when there is no hash."""


class Signer(Protocol):
    """Signs access tokens."""

    def sign(self, *, tenant_id: UUID, subject: str, roles: tuple[str, ...], lifetime: int) -> str:
        """Return an RS256 access token that lives `lifetime` seconds."""


class Clock(Protocol):
    """Tells the time."""

    def __call__(self) -> datetime:
        """Return now, aware, in UTC."""
