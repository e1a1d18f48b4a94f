"""Chooses a tenant's provider."""

from datetime import datetime
from uuid import UUID

from aos_common.ids import new_id

from nlp_gateway.domain.providers.errors import ProviderInvalid
from nlp_gateway.domain.providers.provider import Provider, checked_key, checked_provider, needs_key_again
from nlp_gateway.ports.providers import Addresses, Providers

__all__ = ["set_provider"]


async def set_provider(
    tenant_id: UUID,
    subject: str,
    kind: str,
    model: str,
    url: str,
    key: str | None,
    *,
    providers: Providers,
    addresses: Addresses,
    now: datetime,
) -> Provider:
    """Keep the provider; a key that is not given again stays, if it goes where it went.

    Raises ProviderInvalid, EgressRefused, HostUnknown.
    """
    kind, model, url = checked_provider(kind, model, url)
    key = checked_key(key) if key is not None else None
    kept = await providers.get(tenant_id)
    if key is None and (kept is None or needs_key_again(kept, kind, url)):
        raise ProviderInvalid(
            "An API key is needed: none is kept for this kind and address.", hint="Give the key with the change."
        )
    await addresses.check(url)
    provider = Provider(new_id(), kind, model, url, now, subject)
    await providers.put(tenant_id, provider, key)
    return provider
