"""Service accounts and their keys."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.calls.audit import about
from aos_common.db import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from identity.adapters.postgres.revocations import revoke_session, revoke_subject
from identity.adapters.postgres.rows import row_of
from identity.adapters.tables import api_keys, service_accounts, tenants
from identity.domain.credentials.service_account import MAX_ACCOUNTS, MAX_KEYS, ApiKey, ServiceAccount, key_refused
from identity.domain.credentials.ticket import Ticket, fits
from identity.domain.errors import NameTaken, NotFound, TooMany

NOTED_EVERY = timedelta(minutes=1)
"""A key's last use is written at most this often."""


def _account(row: sa.Row[Any]) -> ServiceAccount:
    return ServiceAccount(row.tenant_id, row.id, row.name, tuple(row.roles), row.created_by, row.created_at)


def _key(row: sa.Row[Any]) -> ApiKey:
    return ApiKey(
        row.tenant_id,
        row.id,
        row.account_id,
        row.name,
        bytes(row.secret_hash),
        row.created_at,
        row.expires_at,
        row.used_at,
    )


async def _locked(connection: AsyncConnection, account_id: UUID) -> ServiceAccount:
    query = sa.select(service_accounts).where(service_accounts.c.id == account_id).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise _unknown()
    return _account(row)


def _unknown() -> NotFound:
    return NotFound("There is no such service account.", hint="aos service-accounts list shows which there are.")


class PostgresServiceAccounts:
    """The `ServiceAccounts` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, account: ServiceAccount) -> None:
        """Store an account."""
        async with self._database.tenant_tx(account.tenant_id) as connection:
            await connection.execute(sa.select(tenants.c.tenant_id).with_for_update(key_share=True))
            names = (await connection.execute(sa.select(service_accounts.c.name))).scalars().all()
            if account.name in names:
                raise NameTaken(f"There is a service account {account.name}.", hint="Choose another name.")
            if len(names) >= MAX_ACCOUNTS:
                raise TooMany(f"There are {MAX_ACCOUNTS} service accounts.", hint="Remove one that is not needed.")
            await connection.execute(sa.insert(service_accounts).values(row_of(service_accounts, account)))

    async def list(self, tenant_id: UUID) -> list[tuple[ServiceAccount, list[ApiKey]]]:
        """Return every account with its keys; both are few, by their limits."""
        async with self._database.tenant_tx(tenant_id) as connection:
            accounts = (await connection.execute(sa.select(service_accounts).order_by(service_accounts.c.name))).all()
            keys = [_key(row) for row in (await connection.execute(sa.select(api_keys).order_by(api_keys.c.id))).all()]
        return [(_account(row), [key for key in keys if key.account_id == row.id]) for row in accounts]

    async def get(self, tenant_id: UUID, account_id: UUID) -> ServiceAccount:
        """Return an account."""
        query = sa.select(service_accounts).where(service_accounts.c.id == account_id)
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (await connection.execute(query)).first()
        if row is None:
            raise _unknown()
        return _account(row)

    async def remove(self, tenant_id: UUID, account_id: UUID, now: datetime) -> None:
        """Remove an account with its keys."""
        async with self._database.tenant_tx(tenant_id) as connection:
            await _locked(connection, account_id)
            await connection.execute(sa.delete(service_accounts).where(service_accounts.c.id == account_id))
            await revoke_subject(connection, tenant_id, account_id, now)

    async def add_key(self, key: ApiKey) -> None:
        """Store a key; those that expired go."""
        async with self._database.tenant_tx(key.tenant_id) as connection:
            await _locked(connection, key.account_id)
            own = api_keys.c.account_id == key.account_id
            await connection.execute(sa.delete(api_keys).where(own, api_keys.c.expires_at <= key.created_at))
            if (await connection.execute(sa.select(sa.func.count()).where(own))).scalar_one() >= MAX_KEYS:
                raise TooMany(f"The service account has {MAX_KEYS} keys.", hint="Revoke one that is not needed.")
            await connection.execute(sa.insert(api_keys).values(row_of(api_keys, key)))

    async def remove_key(self, tenant_id: UUID, account_id: UUID, key_id: UUID, now: datetime) -> None:
        """Remove a key."""
        wanted = (api_keys.c.id == key_id) & (api_keys.c.account_id == account_id)
        async with self._database.tenant_tx(tenant_id) as connection:
            if not (await connection.execute(sa.delete(api_keys).where(wanted))).rowcount:
                raise NotFound("There is no such key.", hint="aos keys list shows which there are.")
            await revoke_session(connection, tenant_id, key_id, now)

    async def use_key(self, ticket: Ticket, now: datetime) -> tuple[ServiceAccount, ApiKey]:
        """Return the account of a key."""
        async with self._database.tenant_tx(ticket.tenant_id) as connection:
            row = (await connection.execute(sa.select(api_keys).where(api_keys.c.id == ticket.id))).first()
            if row is None or not fits(bytes(row.secret_hash), ticket.secret):
                raise key_refused()
            key = _key(row)
            about(key.tenant_id, str(key.account_id))
            if key.expires_at is not None and key.expires_at <= now:
                raise key_refused()
            account = sa.select(service_accounts).where(service_accounts.c.id == key.account_id)
            found = _account((await connection.execute(account)).one())
            if key.used_at is None or now - key.used_at >= NOTED_EVERY:
                await connection.execute(sa.update(api_keys).where(api_keys.c.id == key.id).values(used_at=now))
        return found, key
