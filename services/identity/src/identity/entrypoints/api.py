"""The use cases with their ports filled in: what REST and gRPC both call."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from identity.domain.account import User
from identity.ports import Accounts, Clock, PasswordHasher, Sessions, Signer
from identity.usecases.get_me import get_me
from identity.usecases.issue_service_token import issue_service_token
from identity.usecases.issue_tokens import Tokens, issue_tokens
from identity.usecases.refresh_session import refresh_session
from identity.usecases.register_tenant import register_tenant
from identity.usecases.sign_in import sign_in
from identity.usecases.sign_out import sign_out


@dataclass(frozen=True)
class IdentityApi:
    """Identity's use cases, wired."""

    accounts: Accounts
    sessions: Sessions
    hasher: PasswordHasher
    signer: Signer
    clock: Clock
    clients: Mapping[str, str]
    jwks: Mapping[str, object]

    async def register(self, tenant_name: str, email: str, password: str) -> tuple[User, Tokens]:
        """Create a tenant and sign its first user in."""
        user = await register_tenant(
            tenant_name, email, password, accounts=self.accounts, hasher=self.hasher, clock=self.clock
        )
        return user, await self._tokens(user)

    async def sign_in(self, email: str, password: str) -> Tokens:
        """Exchange credentials for tokens."""
        return await self._tokens(await sign_in(email, password, accounts=self.accounts, hasher=self.hasher))

    async def refresh(self, refresh_token: str) -> Tokens:
        """Exchange a refresh token for new tokens."""
        return await refresh_session(
            refresh_token, accounts=self.accounts, sessions=self.sessions, signer=self.signer, clock=self.clock
        )

    async def sign_out(self, refresh_token: str) -> None:
        """End a session."""
        await sign_out(refresh_token, sessions=self.sessions, clock=self.clock)

    async def me(self, tenant_id: UUID, subject: str) -> User:
        """Return the caller."""
        return await get_me(tenant_id, subject, accounts=self.accounts)

    async def service_token(self, client_id: str, secret: str, tenant_id: UUID) -> str:
        """Return a service's token for a tenant."""
        return await issue_service_token(
            client_id, secret, tenant_id, clients=self.clients, accounts=self.accounts, signer=self.signer
        )

    async def _tokens(self, user: User) -> Tokens:
        return await issue_tokens(user, sessions=self.sessions, signer=self.signer, clock=self.clock)
