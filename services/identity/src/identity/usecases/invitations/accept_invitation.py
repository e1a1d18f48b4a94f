"""Accept an invitation."""

from aos_common.ids import new_id

from identity.domain.account import User, check_password
from identity.domain.credentials.ticket import parse_ticket
from identity.domain.invitation import invitation_refused
from identity.ports import Accounts, Clock, Invitations, PasswordHasher, PasswordJudge


async def accept_invitation(
    text: str,
    password: str,
    *,
    accounts: Accounts,
    invitations: Invitations,
    judge: PasswordJudge,
    hasher: PasswordHasher,
    clock: Clock,
) -> User:
    """Return the new user; raise `TicketRefused`, `PasswordTooWeak`, or `EmailTaken` where another tenant has them."""
    ticket, now = parse_ticket(text), clock()
    if ticket is None:
        raise invitation_refused()
    invitation = await invitations.find(ticket, now)
    name = await accounts.tenant_name(invitation.tenant_id)
    if name is None:
        raise invitation_refused()
    check_password(password, invitation.email, name)
    await judge.check(password, invitation.email, name)
    hashed = await hasher.hash(password)
    user = User(invitation.tenant_id, new_id(), name, invitation.email, hashed, invitation.roles)
    await invitations.accept(invitation, user, now)
    return user
