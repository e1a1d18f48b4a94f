"""Choose a new password with the ticket from a mail."""

from aos_common.ids import new_id

from identity.domain.account import check_password
from identity.domain.credentials.password_reset import reset_refused
from identity.domain.credentials.ticket import parse_ticket
from identity.domain.mail import Mail, changed_text
from identity.ports import Accounts, Clock, PasswordHasher, PasswordJudge, PasswordResets


async def reset_password(
    text: str,
    password: str,
    *,
    accounts: Accounts,
    resets: PasswordResets,
    judge: PasswordJudge,
    hasher: PasswordHasher,
    clock: Clock,
) -> None:
    """Store the new password and end every session; raise `TicketRefused` or `PasswordTooWeak`.

    Nobody is signed in by it: a second factor is asked for as ever.
    """
    ticket, now = parse_ticket(text), clock()
    if ticket is None:
        raise reset_refused()
    reset = await resets.find(ticket, now)
    user = await accounts.get_user(reset.tenant_id, reset.user_id)
    if user is None or user.disabled_at is not None:
        raise reset_refused()
    check_password(password, user.email, user.tenant_name)
    await judge.check(password, user.email, user.tenant_name)
    notice = Mail(user.tenant_id, new_id(), user.email, *changed_text())
    await resets.spend(reset, await hasher.hash(password), now, notice)
