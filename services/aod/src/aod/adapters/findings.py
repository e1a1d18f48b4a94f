"""Findings in PostgreSQL."""

from collections import defaultdict
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.secrets import SecretBox
from sqlalchemy.dialects.postgresql import JSONB

from aod.adapters.rows import clean, data_set_of, finding_of, unseal
from aod.adapters.tables import data_sets, findings
from aod.domain.errors import FindingNotFound
from aod.domain.finding import DataSet, Finding, FindingState

_NO_COLUMNS = sa.literal_column("'[]'::jsonb", JSONB).label("columns")
_BRIEF = (*(column for column in data_sets.c if column.name != "columns"), _NO_COLUMNS)


class PostgresFindings:
    """The `Findings` port."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database, self._box = database, box

    async def get(self, tenant_id: UUID, finding_id: UUID) -> Finding:
        """The finding with its data sets, or `FindingNotFound`."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(sa.select(findings).where(findings.c.id == finding_id))).first()
            if row is None:
                raise _not_found(finding_id)
            query = sa.select(data_sets).where(data_sets.c.scan_id == row.scan_id).order_by(data_sets.c.name)
            found = [data_set_of(one) for one in await tx.execute(query)]
        return finding_of(row, found)

    async def page(
        self, tenant_id: UUID, state: FindingState | None, size: int, after: tuple[float, UUID] | None
    ) -> list[Finding]:
        """At most `size` findings, highest score first, their data sets without columns."""
        query = sa.select(findings).order_by(findings.c.score.desc(), findings.c.id).limit(size)
        if state:
            query = query.where(findings.c.state == state.value)
        if after:
            score, last = after
            same = sa.and_(findings.c.score == score, findings.c.id > last)
            query = query.where(sa.or_(findings.c.score < score, same))
        async with self._database.tenant_tx(tenant_id) as tx:
            rows = (await tx.execute(query)).all()
            wanted = [row.scan_id for row in rows]
            brief = sa.select(*_BRIEF).where(data_sets.c.scan_id.in_(wanted)).order_by(data_sets.c.name)
            found: dict[UUID, list[DataSet]] = defaultdict(list)
            for one in await tx.execute(brief):
                found[one.scan_id].append(data_set_of(one))
        return [finding_of(row, found[row.scan_id]) for row in rows]

    async def url(self, tenant_id: UUID, finding_id: UUID) -> str:
        """The database's URL, kept until a decision; empty for a folder."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(sa.select(findings.c.secret).where(findings.c.id == finding_id))).first()
        if row is None:
            raise _not_found(finding_id)
        return await unseal(self._box, row.secret, tenant_id, finding_id)

    async def decide(
        self, tenant_id: UUID, finding_id: UUID, state: FindingState, *, connection_id: str = "", note: str = ""
    ) -> bool:
        """Keep a decision and forget the URL; False when the finding is not open any more."""
        values: dict[str, Any] = {"state": state.value, "connection_id": connection_id, "note": clean(note)}
        statement = (
            sa.update(findings)
            .where(findings.c.id == finding_id, findings.c.state == FindingState.OPEN.value)
            .values(**values, secret=None)
        )
        async with self._database.tenant_tx(tenant_id) as tx:
            return bool((await tx.execute(statement)).rowcount)


def _not_found(finding_id: UUID) -> FindingNotFound:
    return FindingNotFound(f"There is no finding {finding_id}.", hint="List the findings to find its id.")
