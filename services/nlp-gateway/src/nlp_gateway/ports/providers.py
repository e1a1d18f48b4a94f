"""Where tenants' providers are kept, and whether an address may be called."""

from typing import Protocol
from uuid import UUID

from nlp_gateway.domain.providers.provider import Provider

__all__ = ["Addresses", "Providers"]


class Providers(Protocol):
    """The tenants' providers; their keys are sealed."""

    async def get(self, tenant_id: UUID) -> Provider | None:
        """Return the tenant's provider."""

    async def key(self, tenant_id: UUID, provider_id: UUID) -> str | None:
        """Return the API key of this version of the provider; None where it was replaced."""

    async def put(self, tenant_id: UUID, provider: Provider, key: str | None) -> None:
        """Replace the tenant's provider; without a key the kept one stays."""

    async def delete(self, tenant_id: UUID) -> bool:
        """Forget the provider and its key; return whether there was one."""


class Addresses(Protocol):
    """What the operator lets tenants call."""

    async def check(self, url: str) -> None:
        """Raise EgressRefused or HostUnknown for an address that may not be called, ProviderInvalid for plain HTTP."""
