"""The users of a tenant, together: whoever changes one has the tenant's users for themselves meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.adapters.postgres.accounts import SELECT_USER, user_of
from identity.adapters.postgres.postbox import Postbox
from identity.adapters.postgres.revocations import revoke_subject
from identity.adapters.tables import password_resets, sessions, tenants, users
from identity.domain.account import User
from identity.domain.errors import LastOwner, NotFound
from identity.domain.mail import Mail
from identity.domain.roles import OWNER


def next_second(now: datetime) -> datetime:
    """Return the whole second after `now`: `iat` counts seconds, so tokens of this one cannot be told apart."""
    return datetime.fromtimestamp(int(now.timestamp()), UTC) + timedelta(seconds=1)


class PostgresUsers:
    """The `Users` port."""

    def __init__(self, database: Database, postbox: Postbox) -> None:
        self._database = database
        self._postbox = postbox

    async def page(self, tenant_id: UUID, size: int, after: UUID | None) -> list[User]:
        """Return users in the order they came."""
        query = SELECT_USER.order_by(users.c.id).limit(size)
        async with self._database.tenant_tx(tenant_id) as connection:
            rows = (await connection.execute(query.where(users.c.id > after) if after else query)).all()
        return [user_of(row) for row in rows]

    async def change(self, tenant_id: UUID, user_id: UUID, decide: Callable[[User], User], now: datetime) -> User:
        """Store what `decide` makes of the user."""
        async with self._database.tenant_tx(tenant_id) as connection:
            before = await _locked(connection, user_id)
            after = decide(before)
            if after == before:
                return before
            if not (OWNER in after.roles and after.disabled_at is None):
                await _check_owners(connection, before)
            values = {"roles": list(after.roles), "disabled_at": after.disabled_at, "tokens_from": next_second(now)}
            await connection.execute(sa.update(users).where(users.c.id == user_id).values(values))
            if after.disabled_at is not None:
                await connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id))
            await revoke_subject(connection, tenant_id, user_id, now)
        return after

    async def remove(self, tenant_id: UUID, user_id: UUID, check: Callable[[User], None], now: datetime) -> User:
        """Remove a user; sessions, resets, codes and external identities go with them."""
        async with self._database.tenant_tx(tenant_id) as connection:
            user = await _locked(connection, user_id)
            check(user)
            await _check_owners(connection, user)
            await connection.execute(sa.delete(users).where(users.c.id == user_id))
            await revoke_subject(connection, tenant_id, user_id, now)
        return user

    async def set_password(
        self, user: User, password_hash: str, now: datetime, *, keep: UUID | None, notice: Mail
    ) -> None:
        """Store a new password and end the other sessions."""
        sealed = await self._postbox.seal(notice)
        async with self._database.tenant_tx(user.tenant_id) as connection:
            await replace_password(connection, user.tenant_id, user.id, password_hash, now, keep=keep)
            await self._postbox.put(connection, notice, sealed, now)


async def replace_password(
    connection: AsyncConnection, tenant_id: UUID, user_id: UUID, password_hash: str, now: datetime, *, keep: UUID | None
) -> None:
    """Store a password hash, end the sessions but `keep`, withdraw resets that wait, and revoke every token."""
    values = {"password_hash": password_hash, "tokens_from": next_second(now)}
    await connection.execute(sa.update(users).where(users.c.id == user_id).values(values))
    ended = sa.delete(sessions).where(sessions.c.user_id == user_id)
    await connection.execute(ended.where(sessions.c.id != keep) if keep else ended)
    await connection.execute(sa.delete(password_resets).where(password_resets.c.user_id == user_id))
    await revoke_subject(connection, tenant_id, user_id, now)


async def _locked(connection: AsyncConnection, user_id: UUID) -> User:
    await connection.execute(sa.select(tenants.c.tenant_id).with_for_update(key_share=True))
    row = (await connection.execute(SELECT_USER.where(users.c.id == user_id))).first()
    if row is None:
        raise NotFound("There is no such user.", hint="aos users list shows whom there is.")
    return user_of(row)


async def _check_owners(connection: AsyncConnection, leaving: User) -> None:
    """Raise `LastOwner` when nobody but the one who leaves is an owner who can sign in."""
    others = sa.select(sa.func.count()).where(
        users.c.id != leaving.id, users.c.roles.contains([OWNER]), users.c.disabled_at.is_(None)
    )
    if OWNER in leaving.roles and not (await connection.execute(others)).scalar_one():
        raise LastOwner("The tenant would have no owner.", hint="Make somebody else an owner first.")
