"""Begin to set up a second factor."""

from identity.domain.account import User
from identity.domain.credentials.second_factor import NEVER, SecondFactor
from identity.domain.session import Origin
from identity.ports import Attempts, OneTimeCodes, PasswordHasher, SecondFactors
from identity.usecases.passwords.prove_password import prove_password


async def begin_totp(
    user: User,
    password: str,
    origin: Origin,
    *,
    second_factors: SecondFactors,
    codes: OneTimeCodes,
    hasher: PasswordHasher,
    attempts: Attempts,
) -> tuple[str, str]:
    """Return a new secret and its otpauth:// URI, this once; raise `WrongPassword` or `TotpState`.

    Nothing changes for sign-in until a first code confirms that the user's app has it.
    """
    await prove_password(user, password, origin, hasher=hasher, attempts=attempts)
    secret = codes.new_secret()
    await second_factors.begin(SecondFactor(user.tenant_id, user.id, secret, None, NEVER))
    return secret, codes.uri(secret, user.email)
