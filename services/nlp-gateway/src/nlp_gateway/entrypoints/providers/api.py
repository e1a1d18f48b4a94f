"""The tenant's provider, whichever door a call comes through."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller

from nlp_gateway.domain.providers.errors import ProviderNotConfigured
from nlp_gateway.domain.providers.provider import Provider
from nlp_gateway.ports.models import Models
from nlp_gateway.ports.providers import Addresses, Providers
from nlp_gateway.usecases.providers.check_provider import Checked, check_provider
from nlp_gateway.usecases.providers.set_provider import set_provider

__all__ = ["ProviderApi"]


@dataclass(frozen=True)
class ProviderApi:
    """Checks what the caller may do, then runs the use case."""

    providers: Providers
    addresses: Addresses
    models: Models

    async def show(self, caller: Caller) -> Provider | None:
        """Return the provider in use, without its key."""
        require(caller, Permission.QUESTIONS_ASK)
        return await self.providers.get(caller.tenant_id)

    async def replace(self, caller: Caller, kind: str, model: str, url: str, key: str | None) -> Provider:
        """Choose a provider."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        given = (caller.tenant_id, caller.subject, kind, model, url, key)
        return await set_provider(*given, providers=self.providers, addresses=self.addresses, now=datetime.now(UTC))

    async def remove(self, caller: Caller) -> None:
        """Forget the provider and its key; raises ProviderNotConfigured."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        if not await self.providers.delete(caller.tenant_id):
            raise ProviderNotConfigured("No provider is configured.", hint="There is nothing to remove.")

    async def check(self, caller: Caller) -> Checked:
        """Make a real, tiny call."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        return await check_provider(caller.tenant_id, models=self.models, clock=time.monotonic)
