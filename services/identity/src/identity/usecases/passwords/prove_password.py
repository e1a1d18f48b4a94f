"""Have users prove that they know their password, before something that an open session alone must not do."""

from identity.domain.account import MAX_PASSWORD, User
from identity.domain.errors import WrongPassword
from identity.domain.session import Origin
from identity.ports import Attempts, PasswordHasher


async def prove_password(
    user: User, password: str, origin: Origin, *, hasher: PasswordHasher, attempts: Attempts
) -> None:
    """Return when it is the user's password; raise `WrongPassword` or `TooManyAttempts`."""

    async def known() -> bool:
        return True

    await attempts.check(user.email, origin.address, known)
    if not await hasher.verify(user.password_hash, password[: MAX_PASSWORD + 1]):
        await attempts.failed(user.email, origin.address)
        raise WrongPassword("The current password is wrong.")
    await attempts.succeeded(user.email, origin.address)
