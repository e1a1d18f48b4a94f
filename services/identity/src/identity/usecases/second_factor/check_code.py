"""Ask for the second factor of a user whose password was right."""

from identity.domain.account import User
from identity.domain.credentials.second_factor import totp_required
from identity.ports import Attempts, Clock, OneTimeCodes, SecondFactors
from identity.usecases.second_factor.use_code import use_code


async def check_code(
    user: User,
    code: str,
    *,
    second_factors: SecondFactors,
    codes: OneTimeCodes,
    attempts: Attempts,
    clock: Clock,
) -> None:
    """Return when the user has no second factor, or it is their code; raise `TotpRequired` or `TooManyAttempts`."""
    factor = await second_factors.get(user.tenant_id, user.id)
    if factor is None or factor.confirmed_at is None:
        return
    if not code or not await use_code(
        factor, code, second_factors=second_factors, codes=codes, attempts=attempts, clock=clock
    ):
        raise totp_required(code)
