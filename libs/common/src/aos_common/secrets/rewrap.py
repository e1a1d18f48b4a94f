"""`python -m <svc> rewrap`: put every stored secret under the newest key, so that an old key can be destroyed.

The tenants are listed as the owner of the schema, in a transaction that lifts FORCE ROW LEVEL SECURITY for itself and
rolls back: no role keeps a right to look across tenants. The secrets are then read and written tenant by tenant.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg
import sqlalchemy as sa

from aos_common.db import Database
from aos_common.secrets.box import SecretBox
from aos_common.secrets.keys import SecretUnreadable
from aos_common.settings import ConnectorSettings
from aos_common.tls import postgres_arguments

__all__ = ["Counts", "Sealed", "rewrap", "run"]

PAGE = 200


@dataclass
class Counts:
    """Secrets that were looked at, that got the newest key, and that no key opens."""

    seen: int = 0
    changed: int = 0
    unreadable: int = 0


@dataclass(frozen=True)
class Sealed:
    """A table with a column `secret`, bound to `tenant_id|<owner column>`; `id` is its key within a tenant."""

    table: sa.Table
    owner: str = "id"


def run(service: str, settings: ConnectorSettings, owner_url: str, tables: Sequence[Sealed]) -> Counts:
    """Do it with a service's settings; returns as `rewrap`."""

    async def whole() -> Counts:
        database = Database(settings.database_url.get_secret_value(), service, pool_size=2)
        box = SecretBox.from_setting(settings.credential_key)
        try:
            return await rewrap(owner_url, database, box, tables)
        finally:
            await box.close()
            await database.close()

    return asyncio.run(whole())


async def rewrap(owner_url: str, database: Database, box: SecretBox, tables: Sequence[Sealed]) -> Counts:
    """Return the counts; a secret that does not open stays as it is. It can be repeated and interrupted."""
    counts = Counts()
    for sealed in tables:
        for tenant_id in await _tenants(owner_url, database.schema, sealed.table.name):
            await _of_tenant(database, box, sealed, tenant_id, counts)
    return counts


async def _tenants(owner_url: str, schema: str, table: str) -> list[UUID]:
    connection = await asyncpg.connect(**postgres_arguments(owner_url), timeout=10, statement_cache_size=0)
    try:
        name = f'"{schema}"."{table}"'
        await connection.execute("BEGIN; SET LOCAL lock_timeout = '5s'")
        await connection.execute(f"ALTER TABLE {name} NO FORCE ROW LEVEL SECURITY")
        rows = await connection.fetch(f"SELECT DISTINCT tenant_id FROM {name} WHERE secret IS NOT NULL")  # noqa: S608  names of our own tables
        await connection.execute("ROLLBACK")
        return [row["tenant_id"] for row in rows]
    finally:
        await connection.close()


async def _of_tenant(database: Database, box: SecretBox, sealed: Sealed, tenant_id: UUID, counts: Counts) -> None:
    table = sealed.table
    query = sa.select(table.c.id, table.c[sealed.owner].label("owner"), table.c.secret)
    query = query.where(table.c.secret.is_not(None)).order_by(table.c.id).limit(PAGE)
    last: UUID | None = None
    while True:
        async with database.tenant_tx(tenant_id) as tx:
            rows = (await tx.execute(query.where(table.c.id > last) if last else query)).all()
        if not rows:
            return
        for row in rows:
            try:
                again = await box.rewrapped(bytes(row.secret), f"{tenant_id}|{row.owner}")
            except SecretUnreadable:
                counts.unreadable += 1
                continue
            if again is not None:
                # The row may have been decided or deleted meanwhile: only what was read is replaced.
                update = sa.update(table).where(table.c.id == row.id, table.c.secret == row.secret)
                async with database.tenant_tx(tenant_id) as tx:
                    counts.changed += (await tx.execute(update.values(secret=again))).rowcount
        counts.seen, last = counts.seen + len(rows), rows[-1].id
