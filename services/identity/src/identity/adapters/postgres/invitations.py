"""Invitations at rest."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.calls.audit import about
from aos_common.db import Database

from identity.adapters.postgres.accounts import insert_user
from identity.adapters.postgres.postbox import Postbox
from identity.adapters.postgres.rows import row_of
from identity.adapters.tables import invitations, tenants, users
from identity.domain.account import User
from identity.domain.credentials.ticket import Ticket, fits
from identity.domain.errors import EmailTaken, NotFound, TooMany
from identity.domain.invitation import MAX_OPEN, Invitation, invitation_refused
from identity.domain.mail import Mail


def _invitation(row: sa.Row[Any]) -> Invitation:
    return Invitation(
        row.tenant_id,
        row.id,
        row.email,
        tuple(row.roles),
        bytes(row.secret_hash),
        row.invited_by,
        row.created_at,
        row.expires_at,
    )


class PostgresInvitations:
    """The `Invitations` port."""

    def __init__(self, database: Database, postbox: Postbox) -> None:
        self._database = database
        self._postbox = postbox

    async def add(self, invitation: Invitation, mail: Mail) -> None:
        """Store and send an invitation; an older one to the address, and those that expired, go."""
        sealed = await self._postbox.seal(mail)
        replaced = (invitations.c.email == invitation.email) | (invitations.c.expires_at <= invitation.created_at)
        async with self._database.tenant_tx(invitation.tenant_id) as connection:
            await connection.execute(sa.select(tenants.c.tenant_id).with_for_update(key_share=True))
            member = sa.select(users.c.id).where(users.c.email == invitation.email)
            if (await connection.execute(member)).first():
                raise EmailTaken("This person is a user of your tenant already.", hint="Change their roles instead.")
            await connection.execute(sa.delete(invitations).where(replaced))
            if (await connection.execute(sa.select(sa.func.count(invitations.c.id)))).scalar_one() >= MAX_OPEN:
                raise TooMany(f"{MAX_OPEN} invitations wait.", hint="Withdraw some, or let them expire.")
            await connection.execute(sa.insert(invitations).values(row_of(invitations, invitation)))
            await self._postbox.put(connection, mail, sealed, invitation.created_at)

    async def page(self, tenant_id: UUID, size: int, after: UUID | None, now: datetime) -> list[Invitation]:
        """Return invitations that wait."""
        query = sa.select(invitations).where(invitations.c.expires_at > now).order_by(invitations.c.id).limit(size)
        async with self._database.tenant_tx(tenant_id) as connection:
            rows = (await connection.execute(query.where(invitations.c.id > after) if after else query)).all()
        return [_invitation(row) for row in rows]

    async def withdraw(self, tenant_id: UUID, invitation_id: UUID) -> None:
        """Delete an invitation."""
        async with self._database.tenant_tx(tenant_id) as connection:
            gone = await connection.execute(sa.delete(invitations).where(invitations.c.id == invitation_id))
        if not gone.rowcount:
            raise NotFound("There is no such invitation.", hint="aos invitations list shows those that wait.")

    async def find(self, ticket: Ticket, now: datetime) -> Invitation:
        """Return the invitation of a ticket."""
        query = sa.select(invitations).where(invitations.c.id == ticket.id, invitations.c.expires_at > now)
        async with self._database.tenant_tx(ticket.tenant_id) as connection:
            row = (await connection.execute(query)).first()
        if row is None or not fits(bytes(row.secret_hash), ticket.secret):
            raise invitation_refused()
        about(row.tenant_id, row.email)
        return _invitation(row)

    async def accept(self, invitation: Invitation, user: User, now: datetime) -> None:
        """Spend the invitation; of two who come at once, one does."""
        async with self._database.tenant_tx(invitation.tenant_id) as connection:
            spent = await connection.execute(sa.delete(invitations).where(invitations.c.id == invitation.id))
            if not spent.rowcount:
                raise invitation_refused()
            await insert_user(self._database, connection, user, now)
