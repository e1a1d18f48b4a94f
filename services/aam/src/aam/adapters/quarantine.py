"""Reading the quarantine."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database

from aam.adapters.rows import quarantined_of
from aam.adapters.tables import quarantine
from aam.domain.quarantine import QuarantinedRow
from aam.ports import QuarantineFilter, RefusalCount

_PLACE = (quarantine.c.connection_id, quarantine.c.stream, quarantine.c.row_number, quarantine.c.id)
MAX_REASONS = 50


class PostgresQuarantine:
    """The `Quarantine` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self, tenant_id: UUID, wanted: QuarantineFilter, size: int, after: tuple[UUID, str, int, UUID] | None
    ) -> list[QuarantinedRow]:
        """At most `size` rows by connection, stream and row, after the place of the last page's last row."""
        query = sa.select(quarantine).where(*_conditions(wanted)).order_by(*_PLACE).limit(size)
        if after:
            query = query.where(sa.tuple_(*_PLACE) > sa.tuple_(*after))
        async with self._database.tenant_tx(tenant_id) as tx:
            return [quarantined_of(row) for row in await tx.execute(query)]

    async def total(self, tenant_id: UUID, wanted: QuarantineFilter) -> int:
        """How many rows match."""
        query = sa.select(sa.func.count()).select_from(quarantine).where(*_conditions(wanted))
        async with self._database.tenant_tx(tenant_id) as tx:
            return int((await tx.execute(query)).scalar_one())

    async def reasons(self, tenant_id: UUID, connection_id: UUID) -> list[RefusalCount]:
        """Rows by stream, column and reason, most first, at most 50 groups."""
        group = (quarantine.c.stream, quarantine.c.column_name, quarantine.c.reason)
        count = sa.func.count().label("count")
        query = sa.select(*group, count).where(quarantine.c.connection_id == connection_id)
        query = query.group_by(*group).order_by(count.desc(), *group).limit(MAX_REASONS)
        async with self._database.tenant_tx(tenant_id) as tx:
            return [RefusalCount(*row) for row in await tx.execute(query)]


def _conditions(wanted: QuarantineFilter) -> list[Any]:
    conditions: list[Any] = []
    if wanted.connection_id:
        conditions.append(quarantine.c.connection_id == wanted.connection_id)
    if wanted.stream:
        conditions.append(quarantine.c.stream == wanted.stream)
    return conditions
