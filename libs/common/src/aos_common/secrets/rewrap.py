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
from aos_common.settings import ServiceSettings
from aos_common.tls import postgres_arguments

__all__ = ["Sealed", "rewrap", "run"]

PAGE = 200


@dataclass(frozen=True)
class Sealed:
    """A table with a column `secret`, bound to `tenant_id|<owner column>`; `id` is its key within a tenant."""

    table: sa.Table
    owner: str = "id"


def run(service: str, settings: ServiceSettings, owner_url: str, tables: Sequence[Sealed]) -> tuple[int, int]:
    """Do it with a service's settings; returns as `rewrap`."""

    async def whole() -> tuple[int, int]:
        database = Database(settings.database_url.get_secret_value(), service, pool_size=2)
        box = SecretBox.from_setting(settings.credential_key)
        try:
            return await rewrap(owner_url, database, box, tables)
        finally:
            await box.close()
            await database.close()

    return asyncio.run(whole())


async def rewrap(owner_url: str, database: Database, box: SecretBox, tables: Sequence[Sealed]) -> tuple[int, int]:
    """Return how many secrets were looked at and how many got the newest key. It can be repeated and interrupted."""
    seen = changed = 0
    for sealed in tables:
        for tenant_id in await _tenants(owner_url, database.schema, sealed.table.name):
            counts = await _of_tenant(database, box, sealed, tenant_id)
            seen, changed = seen + counts[0], changed + counts[1]
    return seen, changed


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


async def _of_tenant(database: Database, box: SecretBox, sealed: Sealed, tenant_id: UUID) -> tuple[int, int]:
    table, seen, changed = sealed.table, 0, 0
    last: UUID | None = None
    while True:
        query = sa.select(table.c.id, table.c[sealed.owner].label("owner"), table.c.secret)
        query = query.where(table.c.secret.is_not(None)).order_by(table.c.id).limit(PAGE)
        async with database.tenant_tx(tenant_id) as tx:
            rows = (await tx.execute(query.where(table.c.id > last) if last else query)).all()
        if not rows:
            return seen, changed
        for row in rows:
            again = await box.rewrapped(bytes(row.secret), f"{tenant_id}|{row.owner}")
            if again is not None:
                # The row may have been decided or deleted meanwhile: only what was read is replaced.
                update = sa.update(table).where(table.c.id == row.id, table.c.secret == row.secret)
                async with database.tenant_tx(tenant_id) as tx:
                    changed += (await tx.execute(update.values(secret=again))).rowcount
        seen, last = seen + len(rows), rows[-1].id
