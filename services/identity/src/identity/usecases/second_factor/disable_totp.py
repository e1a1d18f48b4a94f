"""Turn one's own second factor off."""

from identity.domain.account import User
from identity.domain.credentials.second_factor import totp_wrong
from identity.domain.errors import TotpState
from identity.domain.session import Origin
from identity.ports import Attempts, Clock, OneTimeCodes, PasswordHasher, SecondFactors
from identity.usecases.passwords.prove_password import prove_password
from identity.usecases.second_factor.use_code import use_code


async def disable_totp(
    user: User,
    password: str,
    code: str,
    origin: Origin,
    *,
    second_factors: SecondFactors,
    codes: OneTimeCodes,
    hasher: PasswordHasher,
    attempts: Attempts,
    clock: Clock,
) -> None:
    """Turn it off for whoever has password and code; raise `WrongPassword`, `TotpWrong` or `TotpState`."""
    await prove_password(user, password, origin, hasher=hasher, attempts=attempts)
    factor = await second_factors.get(user.tenant_id, user.id)
    if factor is None or factor.confirmed_at is None:
        raise TotpState("There is no second factor to turn off.")
    if not await use_code(factor, code, second_factors=second_factors, codes=codes, attempts=attempts, clock=clock):
        raise totp_wrong()
    await second_factors.remove(user.tenant_id, user.id)
