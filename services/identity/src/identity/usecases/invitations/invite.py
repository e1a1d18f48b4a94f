"""Invite somebody by e-mail."""

import secrets
from collections.abc import Sequence

from aos_common.ids import new_id

from identity.domain.account import User, normal_email
from identity.domain.credentials.ticket import Ticket, hash_secret
from identity.domain.invitation import LIFETIME, Invitation
from identity.domain.mail import Mail, invitation_text
from identity.domain.roles import check_grant, checked_roles
from identity.ports import Clock, Invitations


async def invite(
    email: str, roles: Sequence[str], host: User, url: str, *, invitations: Invitations, clock: Clock
) -> Invitation:
    """Send an invitation in the name of its host; raise `RoleUnknown`, `RoleNotYours`, `EmailTaken` or `TooMany`.

    An account of another tenant with the address is found out only by whoever reads its mail.
    """
    wanted = checked_roles(roles)
    check_grant(host.roles, wanted)
    ticket = Ticket(host.tenant_id, new_id(), secrets.token_urlsafe(32))
    now, address = clock(), normal_email(email)
    hashed = hash_secret(ticket.secret)
    made = Invitation(host.tenant_id, ticket.id, address, wanted, hashed, host.id, now, now + LIFETIME)
    subject, body = invitation_text(host.tenant_name, host.email, str(ticket), url)
    await invitations.add(made, Mail(host.tenant_id, new_id(), address, subject, body))
    return made
