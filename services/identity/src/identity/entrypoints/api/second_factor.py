"""One's own second factor, and that of a user who lost theirs."""

from dataclasses import dataclass

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller

from identity.domain.session import Origin
from identity.entrypoints.api.credentials import CredentialsApi
from identity.entrypoints.api.ids import parse_id
from identity.ports import Accounts, Attempts, Clock, OneTimeCodes, PasswordHasher, SecondFactors
from identity.usecases.second_factor.begin_totp import begin_totp
from identity.usecases.second_factor.clear_totp import clear_totp
from identity.usecases.second_factor.confirm_totp import confirm_totp
from identity.usecases.second_factor.disable_totp import disable_totp


@dataclass(frozen=True)
class SecondFactorApi:
    """Setting a second factor up and turning it off; sign-in asks for it by itself."""

    credentials: CredentialsApi
    accounts: Accounts
    second_factors: SecondFactors
    codes: OneTimeCodes
    hasher: PasswordHasher
    attempts: Attempts
    clock: Clock

    async def state(self, caller: Caller) -> tuple[bool, int]:
        """Tell whether the caller's second factor is on, and how many recovery codes are left."""
        user = await self.credentials.user(caller)
        factor = await self.second_factors.get(user.tenant_id, user.id)
        on = factor is not None and factor.confirmed_at is not None
        return on, await self.second_factors.recovery_left(user.tenant_id, user.id)

    async def begin(self, caller: Caller, password: str, origin: Origin) -> tuple[str, str]:
        """Return a new secret and its URI, this once."""
        return await begin_totp(
            await self.credentials.user(caller),
            password,
            origin,
            second_factors=self.second_factors,
            codes=self.codes,
            hasher=self.hasher,
            attempts=self.attempts,
        )

    async def confirm(self, caller: Caller, code: str) -> list[str]:
        """Turn it on and return the recovery codes, this once."""
        user = await self.credentials.user(caller)
        return await confirm_totp(user, code, second_factors=self.second_factors, codes=self.codes, clock=self.clock)

    async def disable(self, caller: Caller, password: str, code: str, origin: Origin) -> None:
        """Turn it off."""
        await disable_totp(
            await self.credentials.user(caller),
            password,
            code,
            origin,
            second_factors=self.second_factors,
            codes=self.codes,
            hasher=self.hasher,
            attempts=self.attempts,
            clock=self.clock,
        )

    async def clear(self, caller: Caller, user_id: str) -> None:
        """Turn off the second factor of a user who lost it."""
        require(caller, Permission.USERS_MANAGE)
        wanted = parse_id(user_id)
        await clear_totp(
            caller.tenant_id, wanted, caller.roles, accounts=self.accounts, second_factors=self.second_factors
        )
