"""Registering, signing in and out, and who somebody is."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from aos_common.auth import Caller

from identity.domain.account import User
from identity.domain.credentials.service_account import ServiceAccount
from identity.domain.session import Origin
from identity.ports import (
    Accounts,
    Attempts,
    Clock,
    OneTimeCodes,
    PasswordHasher,
    PasswordJudge,
    SecondFactors,
    ServiceAccounts,
    Sessions,
    Signer,
)
from identity.usecases.get_me import get_me
from identity.usecases.issue_service_token import issue_service_token
from identity.usecases.issue_tokens import Tokens, issue_tokens
from identity.usecases.refresh_session import refresh_session
from identity.usecases.register_tenant import register_tenant
from identity.usecases.second_factor.check_code import check_code
from identity.usecases.sign_in import sign_in
from identity.usecases.sign_out import sign_out


@dataclass(frozen=True)
class AccountsApi:
    """What needs no permission: about oneself, or before anybody is known."""

    accounts: Accounts
    service_accounts: ServiceAccounts
    sessions: Sessions
    hasher: PasswordHasher
    judge: PasswordJudge
    attempts: Attempts
    second_factors: SecondFactors
    codes: OneTimeCodes
    signer: Signer
    clock: Clock
    clients: Mapping[str, str]

    async def register(self, tenant_name: str, email: str, password: str, origin: Origin) -> tuple[User, Tokens]:
        """Create a tenant and sign its first user in."""
        user = await register_tenant(
            tenant_name,
            email,
            password,
            accounts=self.accounts,
            judge=self.judge,
            hasher=self.hasher,
            clock=self.clock,
        )
        return user, await self.tokens(user, origin)

    async def sign_in(self, email: str, password: str, totp: str, origin: Origin) -> Tokens:
        """Exchange credentials for tokens; `totp` is a code of the second factor, "" without one."""
        user = await sign_in(
            email,
            password,
            origin,
            accounts=self.accounts,
            sessions=self.sessions,
            hasher=self.hasher,
            attempts=self.attempts,
            clock=self.clock,
        )
        await check_code(
            user,
            totp,
            second_factors=self.second_factors,
            codes=self.codes,
            attempts=self.attempts,
            clock=self.clock,
        )
        return await self.tokens(user, origin)

    async def refresh(self, refresh_token: str, origin: Origin) -> Tokens:
        """Exchange a refresh token for new tokens."""
        return await refresh_session(
            refresh_token,
            origin,
            accounts=self.accounts,
            sessions=self.sessions,
            signer=self.signer,
            clock=self.clock,
        )

    async def sign_out(self, refresh_token: str) -> None:
        """End a session."""
        await sign_out(refresh_token, sessions=self.sessions, clock=self.clock)

    async def me(self, caller: Caller) -> tuple[User | ServiceAccount, str]:
        """Return the caller and the name of their tenant."""
        found = await get_me(
            caller.tenant_id, caller.subject, accounts=self.accounts, service_accounts=self.service_accounts
        )
        return found, await self.accounts.tenant_name(caller.tenant_id) or ""

    async def service_token(self, client_id: str, secret: str, tenant_id: UUID) -> str:
        """Return a service's token for a tenant."""
        return await issue_service_token(
            client_id, secret, tenant_id, clients=self.clients, accounts=self.accounts, signer=self.signer
        )

    async def tokens(self, user: User, origin: Origin) -> Tokens:
        """Sign a user in who has proved who they are."""
        return await issue_tokens(user, origin, sessions=self.sessions, signer=self.signer, clock=self.clock)
