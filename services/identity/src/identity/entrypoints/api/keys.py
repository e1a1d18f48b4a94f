"""Service accounts and their API keys."""

from collections.abc import Sequence
from dataclasses import dataclass

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller

from identity.domain.credentials.service_account import ApiKey, ServiceAccount
from identity.entrypoints.api.ids import parse_id
from identity.ports import Clock, ServiceAccounts, Signer
from identity.usecases.keys.create_key import create_key
from identity.usecases.keys.create_service_account import create_service_account
from identity.usecases.keys.exchange_key import exchange_key
from identity.usecases.keys.remove_service_account import remove_service_account


@dataclass(frozen=True)
class KeysApi:
    """Administration of programs' access, and the exchange of a key for a token."""

    service_accounts: ServiceAccounts
    signer: Signer
    clock: Clock

    async def list(self, caller: Caller) -> list[tuple[ServiceAccount, list[ApiKey]]]:
        """Every service account with its keys."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        return await self.service_accounts.list(caller.tenant_id)

    async def create(self, caller: Caller, name: str, roles: Sequence[str]) -> ServiceAccount:
        """Create a service account."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        return await create_service_account(
            caller.tenant_id,
            name,
            roles,
            caller.roles,
            caller.subject,
            service_accounts=self.service_accounts,
            clock=self.clock,
        )

    async def create_key(self, caller: Caller, account_id: str, name: str, days: int | None) -> tuple[ApiKey, str]:
        """Create a key and return it with its text."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        return await create_key(
            caller.tenant_id,
            parse_id(account_id),
            name,
            days,
            caller.roles,
            service_accounts=self.service_accounts,
            clock=self.clock,
        )

    async def remove(self, caller: Caller, account_id: str, key_id: str | None = None) -> None:
        """Remove a key, or without one the account."""
        require(caller, Permission.CREDENTIALS_MANAGE)
        await remove_service_account(
            caller.tenant_id,
            parse_id(account_id),
            parse_id(key_id) if key_id else None,
            caller.roles,
            service_accounts=self.service_accounts,
            clock=self.clock,
        )

    async def exchange(self, key: str) -> tuple[str, int]:
        """Return an access token for a key, and the seconds it lives."""
        return await exchange_key(key, service_accounts=self.service_accounts, signer=self.signer, clock=self.clock)
