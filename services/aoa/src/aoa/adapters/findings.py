"""Findings in PostgreSQL."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.ids import derived_id

from aoa.adapters.tables import findings
from aoa.domain.finding import Finding, Severity
from aoa.domain.question import Filter


def _values(tenant_id: UUID, run_id: UUID, agent: str, place: int, finding: Finding) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "id": derived_id(run_id, agent, finding.check, finding.subject),
        "run_id": run_id,
        "agent": agent,
        "place": place,
        "check_name": finding.check,
        "subject": finding.subject,
        "severity": finding.severity.value,
        "title": finding.title,
        "figure": finding.figure,
        "unit": finding.unit,
        "action": finding.action,
        "view_name": finding.view,
        "filters": [{"column": f.column, "op": f.op, "values": list(f.values)} for f in finding.filters],
        "evidence": [dict(row) for row in finding.evidence],
    }


def _finding(row: sa.Row[Any]) -> Finding:
    return Finding(
        check=row.check_name,
        severity=Severity(row.severity),
        title=row.title,
        figure=row.figure,
        unit=row.unit,
        action=row.action,
        view=row.view_name,
        filters=tuple(Filter(f["column"], f["op"], tuple(f["values"])) for f in row.filters),
        evidence=tuple(row.evidence),
        subject=row.subject,
    )


class PostgresFindings:
    """The `Findings` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def replace(self, tenant_id: UUID, run_id: UUID, agent: str, found: Sequence[Finding]) -> None:
        """Make these the findings of an agent in a run, in this order, in place of earlier ones."""
        rows = [_values(tenant_id, run_id, agent, place, finding) for place, finding in enumerate(found)]
        old = sa.delete(findings).where(findings.c.run_id == run_id, findings.c.agent == agent)
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(old)
            if rows:
                await tx.execute(sa.insert(findings), rows)

    async def of_run(self, tenant_id: UUID, run_id: UUID, agent: str, limit: int) -> list[tuple[UUID, str, Finding]]:
        """Return (id, agent, finding), gravest first; an empty `agent` means all."""
        gravity = sa.case({severity.value: place for place, severity in enumerate(Severity)}, value=findings.c.severity)
        query = sa.select(findings).where(findings.c.run_id == run_id)
        query = query.order_by(gravity, findings.c.agent, findings.c.place).limit(limit)
        if agent:
            query = query.where(findings.c.agent == agent)
        async with self._database.tenant_tx(tenant_id) as tx:
            return [(row.id, row.agent, _finding(row)) for row in await tx.execute(query)]
