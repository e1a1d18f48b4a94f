"""Feature flags in PostgreSQL; every change is an event that each process of each service reads."""

from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database, tenant_table
from aos_common.flags import STREAM, TYPE
from aos_common.outbox import publish
from autonomos.events.v1.flags_pb2 import FlagChanged
from sqlalchemy.dialects.postgresql import insert

from identity.domain.flag import Choice, definition_of

_flags = tenant_table(
    "feature_flags",
    sa.MetaData(),
    sa.Column("name", sa.Text),
    sa.Column("enabled", sa.Boolean),
    sa.Column("changed_by", sa.Text),
    sa.Column("changed_at", sa.DateTime(timezone=True)),
    sa.Column("version", sa.BigInteger),
    primary_key=("name",),
)


class PostgresFlags:
    """The `Flags` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def choices(self, tenant_id: UUID) -> list[Choice]:
        """Return the tenant's choices."""
        async with self._database.tenant_tx(tenant_id) as connection:
            rows = (await connection.execute(sa.select(_flags).order_by(_flags.c.name))).all()
        return [Choice(row.name, row.enabled, row.changed_by, row.changed_at, row.version) for row in rows]

    async def choose(self, tenant_id: UUID, name: str, enabled: bool | None, changed_by: str, now: datetime) -> None:
        """Store a choice, or forget it (None), and tell every process."""
        # Going back to the default is kept as a row, too: versions must not repeat.
        value = definition_of(name).default if enabled is None else enabled
        async with self._database.tenant_tx(tenant_id) as connection:
            lock = sa.text("SELECT pg_advisory_xact_lock(hashtext('flags:' || :tenant))")
            await connection.execute(lock, {"tenant": str(tenant_id)})
            newest = sa.select(sa.func.coalesce(sa.func.max(_flags.c.version), 0))
            version = int((await connection.execute(newest)).scalar_one()) + 1
            by = changed_by if enabled is not None else ""
            chosen = {"enabled": value, "changed_by": by, "changed_at": now, "version": version}
            statement = insert(_flags).values(tenant_id=tenant_id, name=name, **chosen)
            await connection.execute(statement.on_conflict_do_update(index_elements=["tenant_id", "name"], set_=chosen))
            event = FlagChanged(flag=name, enabled=value, version=version)
            await publish(connection, tenant_id=tenant_id, stream=STREAM, type_=TYPE, message=event)
