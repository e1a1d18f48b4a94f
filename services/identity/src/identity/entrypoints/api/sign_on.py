"""Sign-on through a tenant's own provider, and the administration of providers."""

from dataclasses import dataclass, replace
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller
from aos_common.ids import new_id

from identity.domain.account import User
from identity.domain.credentials.sign_on import IdentityProvider
from identity.entrypoints.api.ids import parse_id
from identity.ports import Clock, IdentityProviders, OpenIdConnect
from identity.usecases.sign_on.finish_sign_on import finish_sign_on
from identity.usecases.sign_on.set_provider import set_provider
from identity.usecases.sign_on.start_sign_on import start_sign_on

NIL = UUID(int=0)


@dataclass(frozen=True)
class SignOnApi:
    """What a browser does before anybody is known, and what admins do."""

    providers: IdentityProviders
    oidc: OpenIdConnect
    clock: Clock
    public_url: str

    async def start(self, provider_id: str) -> tuple[str, str]:
        """Return where to send the browser, and the secret it keeps meanwhile."""
        wanted = parse_id(provider_id)
        return await start_sign_on(
            wanted, self._back(wanted), providers=self.providers, oidc=self.oidc, clock=self.clock
        )

    async def finish(self, provider_id: str, state: str, code: str, issuer: str, browser: str) -> User:
        """Return the user who came back."""
        wanted = parse_id(provider_id)
        return await finish_sign_on(
            wanted,
            self._back(wanted),
            state,
            code,
            issuer,
            browser,
            providers=self.providers,
            oidc=self.oidc,
            clock=self.clock,
        )

    async def list(self, caller: Caller) -> list[IdentityProvider]:
        """Every provider of the tenant."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        return await self.providers.list(caller.tenant_id)

    async def get(self, caller: Caller, provider_id: str) -> IdentityProvider:
        """One provider."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        return await self.providers.get(caller.tenant_id, parse_id(provider_id))

    async def create(self, caller: Caller, wanted: IdentityProvider) -> IdentityProvider:
        """Add a provider; tenant, id and time are set here."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        made = replace(wanted, tenant_id=caller.tenant_id, id=new_id(), created_at=self.clock())
        return await set_provider(made, caller.roles, known=None, providers=self.providers, oidc=self.oidc)

    async def change(self, caller: Caller, provider_id: str, wanted: IdentityProvider) -> IdentityProvider:
        """Change a provider; without a client secret the known one stays, unless it is another client."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        known = await self.providers.get(caller.tenant_id, parse_id(provider_id))
        same = wanted.client_id == known.client_id
        secret = wanted.client_secret or (known.client_secret if same else "")
        made = replace(
            wanted, client_secret=secret, tenant_id=known.tenant_id, id=known.id, created_at=known.created_at
        )
        return await set_provider(made, caller.roles, known=known, providers=self.providers, oidc=self.oidc)

    async def remove(self, caller: Caller, provider_id: str) -> None:
        """Remove a provider."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        await self.providers.remove(caller.tenant_id, parse_id(provider_id))

    def callback(self, provider_id: UUID) -> str:
        """Return the address that a provider must be told to send browsers back to."""
        return self._back(provider_id)

    def _back(self, provider_id: UUID) -> str:
        return f"{self.public_url.rstrip('/')}/api/v1/auth/oidc/{provider_id}/callback"
