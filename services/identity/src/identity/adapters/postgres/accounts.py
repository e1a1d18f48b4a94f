"""Tenants, and their users one at a time."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.calls.audit import about
from aos_common.db import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.adapters.tables import sign_in_names, tenants, users
from identity.domain.account import User
from identity.domain.errors import EmailTaken

SELECT_USER = sa.select(users, tenants.c.name.label("tenant_name")).join(
    tenants, users.c.tenant_id == tenants.c.tenant_id
)


def user_of(row: sa.Row[Any]) -> User:
    """Read a row of `SELECT_USER`."""
    return User(
        row.tenant_id,
        row.id,
        row.tenant_name,
        row.email,
        row.password_hash,
        tuple(row.roles),
        row.created_at,
        row.disabled_at,
        row.tokens_from,
    )


async def insert_user(database: Database, connection: AsyncConnection, user: User, now: datetime) -> None:
    """Store a user with their address; raise `EmailTaken` when it signs in already, here or in another tenant."""
    # Two who want one address wait for each other here; then the second finds the first.
    await connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:email))"), {"email": user.email})
    async with database.as_platform(connection):
        taken = await _owner_of(connection, user.email)
    if taken:
        raise EmailTaken("An account with this e-mail address exists.", hint="Sign in, or use another address.")
    await connection.execute(
        sa.insert(users).values(
            tenant_id=user.tenant_id,
            id=user.id,
            email=user.email,
            password_hash=user.password_hash,
            roles=list(user.roles),
            created_at=now,
        )
    )
    name = {"tenant_id": user.tenant_id, "email": user.email, "user_id": user.id}
    await connection.execute(sa.insert(sign_in_names).values(name))


async def _owner_of(connection: AsyncConnection, email: str) -> tuple[UUID, UUID] | None:
    """Return the tenant and the user of an address, over all tenants; needs the platform role."""
    query = sa.select(sign_in_names.c.tenant_id, sign_in_names.c.user_id).where(sign_in_names.c.email == email)
    row = (await connection.execute(query)).first()
    return (row.tenant_id, row.user_id) if row else None


class PostgresAccounts:
    """The `Accounts` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_tenant(self, user: User, now: datetime) -> None:
        """Store a tenant and its first user; raise `EmailTaken` when the address already signs in."""
        async with self._database.tenant_tx(user.tenant_id) as connection:
            named = {"tenant_id": user.tenant_id, "name": user.tenant_name, "created_at": now}
            await connection.execute(sa.insert(tenants).values(named))
            await insert_user(self._database, connection, user, now)

    async def find_by_email(self, email: str) -> User | None:
        """Return the user who signs in with the address; from here on the call is known to be about them."""
        async with self._database.platform_tx() as connection:
            found = await _owner_of(connection, email)
        if found is None:
            return None
        about(found[0], str(found[1]))
        return await self.get_user(*found)

    async def get_user(self, tenant_id: UUID, user_id: UUID) -> User | None:
        """Return one user."""
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (await connection.execute(SELECT_USER.where(users.c.id == user_id))).first()
        return user_of(row) if row else None

    async def tenant_name(self, tenant_id: UUID) -> str | None:
        """Return the tenant's name."""
        async with self._database.tenant_tx(tenant_id) as connection:
            return (await connection.execute(sa.select(tenants.c.name))).scalar_one_or_none()
