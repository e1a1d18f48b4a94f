"""Password resets at rest."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from aos_common.calls.audit import about
from aos_common.db import Database

from identity.adapters.postgres.postbox import Postbox
from identity.adapters.postgres.rows import row_of
from identity.adapters.postgres.users import replace_password
from identity.adapters.tables import password_resets, users
from identity.domain.credentials.password_reset import MAX_AN_HOUR, PasswordReset, reset_refused
from identity.domain.credentials.ticket import Ticket, fits
from identity.domain.mail import Mail


class PostgresPasswordResets:
    """The `PasswordResets` port."""

    def __init__(self, database: Database, postbox: Postbox) -> None:
        self._database = database
        self._postbox = postbox

    async def add(self, reset: PasswordReset, mail: Mail) -> bool:
        """Store and send a reset; rows of the last hour stay to be counted, older ones go."""
        sealed = await self._postbox.seal(mail)
        old = password_resets.c.created_at < reset.created_at - timedelta(hours=1)
        async with self._database.tenant_tx(reset.tenant_id) as connection:
            # Those who ask at once are counted one after the other.
            user = sa.select(users.c.id).where(users.c.id == reset.user_id)
            await connection.execute(user.with_for_update(key_share=True))
            await connection.execute(sa.delete(password_resets).where(old))
            count = sa.select(sa.func.count()).where(password_resets.c.user_id == reset.user_id)
            if (await connection.execute(count)).scalar_one() >= MAX_AN_HOUR:
                return False
            await connection.execute(sa.insert(password_resets).values(row_of(password_resets, reset)))
            await self._postbox.put(connection, mail, sealed, reset.created_at)
        return True

    async def find(self, ticket: Ticket, now: datetime) -> PasswordReset:
        """Return the reset of a ticket."""
        query = sa.select(password_resets).where(password_resets.c.id == ticket.id, password_resets.c.expires_at > now)
        async with self._database.tenant_tx(ticket.tenant_id) as connection:
            row = (await connection.execute(query)).first()
        if row is None or not fits(bytes(row.secret_hash), ticket.secret):
            raise reset_refused()
        about(row.tenant_id, str(row.user_id))
        secret_hash = bytes(row.secret_hash)
        return PasswordReset(row.tenant_id, row.id, row.user_id, secret_hash, row.created_at, row.expires_at)

    async def spend(self, reset: PasswordReset, password_hash: str, now: datetime, notice: Mail) -> None:
        """Store a new password and end every session; of two who come at once, one does."""
        sealed = await self._postbox.seal(notice)
        async with self._database.tenant_tx(reset.tenant_id) as connection:
            spent = await connection.execute(sa.delete(password_resets).where(password_resets.c.id == reset.id))
            if not spent.rowcount:
                raise reset_refused()
            await replace_password(connection, reset.tenant_id, reset.user_id, password_hash, now, keep=None)
            await self._postbox.put(connection, notice, sealed, now)
