"""Sign a user in."""

from identity.domain.account import MAX_PASSWORD, User, normal_email
from identity.domain.errors import WrongCredentials
from identity.ports import Accounts, PasswordHasher


async def sign_in(email: str, password: str, *, accounts: Accounts, hasher: PasswordHasher) -> User:
    """Return the user with these credentials; raise `WrongCredentials`, after the same time, for any other."""
    user = await accounts.find_by_email(normal_email(email)) if len(password) <= MAX_PASSWORD else None
    fits = await hasher.verify(user.password_hash if user else None, password[:MAX_PASSWORD])
    if user is None or not fits:
        raise WrongCredentials("The e-mail address or the password is wrong.")
    return user
