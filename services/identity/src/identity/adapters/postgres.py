"""Accounts and sessions in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.adapters.tables import refresh_tokens, sign_in_names, tenants, users
from identity.domain.account import User
from identity.domain.errors import EmailTaken
from identity.domain.session import RefreshToken


def _token(row: sa.Row[Any]) -> RefreshToken:
    return RefreshToken(
        row.tenant_id, row.id, row.family_id, row.user_id, bytes(row.secret_hash), row.expires_at, row.used_at
    )


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
            # Two registrations of one address wait for each other here; then the second finds the first.
            await connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:email))"), {"email": user.email})
            async with self._database.as_platform(connection):
                taken = await _owner_of(connection, user.email)
            if taken:
                raise EmailTaken("An account with this e-mail address exists.", hint="Sign in, or use another address.")
            tenant = user.tenant_id
            await connection.execute(sa.insert(tenants).values(tenant_id=tenant, name=user.tenant_name, created_at=now))
            await connection.execute(
                sa.insert(users).values(
                    tenant_id=tenant,
                    id=user.id,
                    email=user.email,
                    password_hash=user.password_hash,
                    roles=list(user.roles),
                    created_at=now,
                )
            )
            await connection.execute(
                sa.insert(sign_in_names).values(tenant_id=tenant, email=user.email, user_id=user.id)
            )

    async def find_by_email(self, email: str) -> User | None:
        """Return the user who signs in with the address."""
        async with self._database.platform_tx() as connection:
            found = await _owner_of(connection, email)
        return await self.get_user(*found) if found else None

    async def get_user(self, tenant_id: UUID, user_id: UUID) -> User | None:
        """Return one user."""
        query = (
            sa.select(users, tenants.c.name.label("tenant_name"))
            .join(tenants, users.c.tenant_id == tenants.c.tenant_id)
            .where(users.c.id == user_id)
        )
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            return None
        return User(row.tenant_id, row.id, row.tenant_name, row.email, row.password_hash, tuple(row.roles))

    async def tenant_exists(self, tenant_id: UUID) -> bool:
        """Tell whether the tenant is registered."""
        async with self._database.tenant_tx(tenant_id) as connection:
            return (await connection.execute(sa.select(tenants.c.tenant_id))).first() is not None


class PostgresSessions:
    """The `Sessions` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, token: RefreshToken) -> None:
        """Store a token."""
        async with self._database.tenant_tx(token.tenant_id) as connection:
            await connection.execute(
                sa.insert(refresh_tokens).values(
                    tenant_id=token.tenant_id,
                    id=token.id,
                    family_id=token.family_id,
                    user_id=token.user_id,
                    secret_hash=token.secret_hash,
                    expires_at=token.expires_at,
                )
            )

    async def spend(self, tenant_id: UUID, token_id: UUID, secret: str, now: datetime) -> RefreshToken | None:
        """Mark a token used and return it as it was before; of two calls at once one sees it unused."""
        async with self._database.tenant_tx(tenant_id) as connection:
            query = sa.select(refresh_tokens).where(refresh_tokens.c.id == token_id).with_for_update()
            row = (await connection.execute(query)).first()
            if row is None or not _token(row).matches(secret):
                return None
            if row.used_at is None:
                await connection.execute(
                    sa.update(refresh_tokens).where(refresh_tokens.c.id == token_id).values(used_at=now)
                )
        return _token(row)

    async def end_family(self, tenant_id: UUID, family_id: UUID) -> None:
        """Forget every token of a family."""
        async with self._database.tenant_tx(tenant_id) as connection:
            await connection.execute(sa.delete(refresh_tokens).where(refresh_tokens.c.family_id == family_id))
