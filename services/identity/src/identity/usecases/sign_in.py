"""Sign a user in."""

from identity.domain.account import MAX_PASSWORD, User, normal_email
from identity.domain.errors import UserDisabled, WrongCredentials
from identity.domain.session import Origin
from identity.ports import Accounts, Attempts, Clock, PasswordHasher, Sessions


async def sign_in(
    email: str,
    password: str,
    origin: Origin,
    *,
    accounts: Accounts,
    sessions: Sessions,
    hasher: PasswordHasher,
    attempts: Attempts,
    clock: Clock,
) -> User:
    """Return the user with these credentials.

    Raises `WrongCredentials`, after the same time, for any other, `TooManyAttempts` where guessing is under way, and
    `UserDisabled`, which only whoever knows the password learns.
    """
    address = normal_email(email)

    async def known() -> bool:
        user = await accounts.find_by_email(address)
        if user is None:
            return False
        open_ones = await sessions.list(user.tenant_id, user.id, clock())
        return any(session.origin.address == origin.address for session in open_ones)

    # Before anything is looked up, so that a storm of guesses costs little.
    await attempts.check(address, origin.address, known)
    user = await accounts.find_by_email(address) if len(password) <= MAX_PASSWORD else None
    fits = await hasher.verify(user.password_hash if user else None, password[:MAX_PASSWORD])
    if user is None or not fits:
        await attempts.failed(address, origin.address)
        raise WrongCredentials("The e-mail address or the password is wrong.")
    await attempts.succeeded(address, origin.address)
    if user.disabled_at is not None:
        raise UserDisabled("This account is disabled.", hint="Ask an owner or admin of your tenant.")
    return user
