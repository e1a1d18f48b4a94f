"""Use a code of a second factor."""

from identity.domain.credentials.second_factor import SecondFactor, normal_code
from identity.domain.credentials.ticket import hash_secret
from identity.ports import Attempts, Clock, OneTimeCodes, SecondFactors

CODE_DIGITS = 6


async def use_code(
    factor: SecondFactor,
    code: str,
    *,
    second_factors: SecondFactors,
    codes: OneTimeCodes,
    attempts: Attempts,
    clock: Clock,
) -> bool:
    """Use a one-time or recovery code; False when it is wrong or was used before. Raises `TooManyAttempts`.

    Ten wrong codes in a quarter of an hour, from wherever they come: whoever guesses has the password already.
    """
    counted = f"totp:{factor.user_id}"

    async def known() -> bool:
        return False

    await attempts.check(counted, counted, known)
    typed = normal_code(code)
    if len(typed) > CODE_DIGITS:
        fits = await second_factors.use_recovery(factor.tenant_id, factor.user_id, hash_secret(typed))
    else:
        step = codes.step_of(factor.secret, typed, clock())
        fits = step is not None and await second_factors.use_step(factor.tenant_id, factor.user_id, step)
    await (attempts.succeeded if fits else attempts.failed)(counted, counted)
    return fits
