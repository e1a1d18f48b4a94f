"""Sign-on through a tenant's own provider."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from identity.domain.account import User
from identity.domain.credentials.sign_on import IdentityProvider, Person, SignOnAttempt
from identity.domain.credentials.ticket import Ticket


class IdentityProviders(Protocol):
    """Tenants' providers at rest, client secrets sealed."""

    async def tenant_of(self, provider_id: UUID) -> UUID | None:
        """Return the tenant whose provider it is."""

    async def list(self, tenant_id: UUID) -> list[IdentityProvider]:
        """Return every provider, by name."""

    async def get(self, tenant_id: UUID, provider_id: UUID) -> IdentityProvider:
        """Return a provider; raise `NotFound`."""

    async def put(self, provider: IdentityProvider) -> None:
        """Store a provider, new or changed; raise `NameTaken` or `TooMany`."""

    async def remove(self, tenant_id: UUID, provider_id: UUID) -> None:
        """Remove a provider; its users stay, and sign on no more. Raise `NotFound`."""

    async def leave(self, attempt: SignOnAttempt, now: datetime) -> None:
        """Store an attempt; those that expired go."""

    async def come_back(self, ticket: Ticket, now: datetime) -> SignOnAttempt | None:
        """Spend the attempt of a ticket and return it; None when it is unknown, spent or too old."""

    async def user_of(self, provider: IdentityProvider, person: Person, now: datetime) -> User:
        """Return the user of a person, as they are now known or made just now; raise `EmailTaken`."""


class OpenIdConnect(Protocol):
    """Speaks OpenID Connect with providers."""

    async def check(self, provider: IdentityProvider) -> None:
        """Return when the issuer's discovery document reads; raise `ProviderUnusable`."""

    async def authorization_url(
        self, provider: IdentityProvider, redirect_uri: str, state: str, nonce: str, code_verifier: str
    ) -> str:
        """Return where to send the browser; raise `ProviderUnusable`."""

    async def claims(
        self, provider: IdentityProvider, redirect_uri: str, code: str, nonce: str, code_verifier: str
    ) -> Mapping[str, Any]:
        """Exchange a code and return verified claims; raise `ProviderUnusable` or `SignOnRefused`."""
