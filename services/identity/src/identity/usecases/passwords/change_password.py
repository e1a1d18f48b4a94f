"""Change one's own password."""

from uuid import UUID

from aos_common.ids import new_id

from identity.domain.account import User, check_password
from identity.domain.mail import Mail, changed_text
from identity.domain.session import Origin
from identity.ports import Attempts, Clock, PasswordHasher, PasswordJudge, Users
from identity.usecases.passwords.prove_password import prove_password


async def change_password(
    user: User,
    current: str,
    new: str,
    session: UUID | None,
    origin: Origin,
    *,
    users: Users,
    judge: PasswordJudge,
    hasher: PasswordHasher,
    attempts: Attempts,
    clock: Clock,
) -> None:
    """Store a new password and end every session but this one; raise `WrongPassword` or `PasswordTooWeak`.

    Whoever found an open session cannot guess the password here: failures count as failed sign-ins.
    """
    await prove_password(user, current, origin, hasher=hasher, attempts=attempts)
    check_password(new, user.email, user.tenant_name)
    await judge.check(new, user.email, user.tenant_name)
    notice = Mail(user.tenant_id, new_id(), user.email, *changed_text())
    await users.set_password(user, await hasher.hash(new), clock(), keep=session, notice=notice)
