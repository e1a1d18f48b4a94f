"""Mail on its way: stored, sealed, in the transaction of what it tells of; a job delivers it."""

from datetime import datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.jobs import enqueue
from aos_common.secrets import SecretBox
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.adapters.tables import mail_outbox, sign_in_names
from identity.domain.mail import Mail

JOB = "mail.send"
KEEP = timedelta(days=7)


def _owner(tenant_id: UUID, mail_id: UUID) -> str:
    return f"{tenant_id}|{mail_id}"


class Postbox:
    """Keeps mails; `delivers` says whether a job shall send them. A body is a secret: it may hold a ticket."""

    def __init__(self, database: Database, box: SecretBox, *, delivers: bool) -> None:
        self._database = database
        self._box = box
        self._delivers = delivers

    async def seal(self, mail: Mail) -> bytes:
        """Seal a mail's body, before the transaction that stores it."""
        return await self._box.seal(mail.body.encode(), _owner(mail.tenant_id, mail.id))

    async def put(self, connection: AsyncConnection, mail: Mail, sealed: bytes, now: datetime) -> None:
        """Store a mail within the caller's transaction; old ones of the tenant go."""
        row = {"tenant_id": mail.tenant_id, "id": mail.id, "recipient": mail.recipient, "subject": mail.subject}
        await connection.execute(sa.delete(mail_outbox).where(mail_outbox.c.created_at < now - KEEP))
        await connection.execute(sa.insert(mail_outbox).values(**row, secret=sealed, created_at=now))
        if self._delivers:
            await enqueue(connection, tenant_id=mail.tenant_id, kind=JOB, payload={"mail_id": str(mail.id)})

    async def get(self, tenant_id: UUID, mail_id: UUID) -> Mail | None:
        """Return a mail that waits; None when it was sent or has gone."""
        async with self._database.tenant_tx(tenant_id) as connection:
            query = sa.select(mail_outbox).where(mail_outbox.c.id == mail_id, mail_outbox.c.secret.is_not(None))
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        body = await self._box.open(bytes(row.secret), _owner(tenant_id, mail_id))
        return Mail(tenant_id, mail_id, row.recipient, row.subject, body.decode())

    async def sent(self, tenant_id: UUID, mail_id: UUID, now: datetime) -> None:
        """Note that a mail was delivered, and forget its body."""
        update = sa.update(mail_outbox).where(mail_outbox.c.id == mail_id).values(secret=None, sent_at=now)
        async with self._database.tenant_tx(tenant_id) as connection:
            await connection.execute(update)

    async def newest(self, limit: int) -> list[tuple[datetime, Mail]]:
        """Return the newest mails that wait, over all tenants, each tenant's behind its own row security.

        For whoever operates the machine, and has the database's URL and the credential key anyway.
        """
        async with self._database.platform_tx() as connection:
            tenants = (await connection.execute(sa.select(sign_in_names.c.tenant_id).distinct())).scalars().all()
        found: list[tuple[datetime, UUID, UUID]] = []
        query = sa.select(mail_outbox.c.created_at, mail_outbox.c.id).where(mail_outbox.c.secret.is_not(None))
        for tenant_id in tenants:
            async with self._database.tenant_tx(tenant_id) as connection:
                rows = (await connection.execute(query.order_by(mail_outbox.c.created_at.desc()).limit(limit))).all()
            found = sorted([*found, *((row.created_at, tenant_id, row.id) for row in rows)], reverse=True)[:limit]
        mails = [(moment, await self.get(tenant_id, mail_id)) for moment, tenant_id, mail_id in found]
        return [(moment, mail) for moment, mail in mails if mail is not None]
