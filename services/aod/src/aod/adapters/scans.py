"""Scans in PostgreSQL, with the data sets they find."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.jobs import enqueue
from aos_common.secrets import SecretBox
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from aod.adapters.rows import clean, data_set_values, scan_of, seal, unseal
from aod.adapters.tables import data_sets, findings, scans
from aod.domain.errors import ScanNotFound, TooManyScans
from aod.domain.finding import DataSet, Finding, FindingState
from aod.domain.scan import Scan, ScanState
from aod.ports import Clock

SCAN = "scan"
UNFINISHED = (ScanState.QUEUED.value, ScanState.RUNNING.value)


class PostgresScans:
    """The `Scans` port."""

    def __init__(self, database: Database, box: SecretBox, clock: Clock, most_unfinished: int) -> None:
        self._database, self._box, self._clock, self._most = database, box, clock, most_unfinished

    async def add(self, tenant_id: UUID, scan: Scan, url: str) -> None:
        """Store a scan and the job that runs it; `TooManyScans` when too many are unfinished."""
        values = {
            "tenant_id": tenant_id,
            "id": scan.id,
            "finding_id": scan.finding_id,
            "kind": scan.kind.value,
            "location": scan.location,
            "name": scan.name,
            "secret": await seal(self._box, url, tenant_id, scan.finding_id),
            "state": scan.state.value,
            "data_sets": 0,
            "error": "",
            "created_at": scan.created_at,
        }
        counting = sa.select(sa.func.count()).select_from(scans).where(scans.c.state.in_(UNFINISHED))
        async with self._database.tenant_tx(tenant_id) as tx:
            if (await tx.execute(counting)).scalar_one() >= self._most:
                raise TooManyScans(f"{self._most} scans are waiting or running.", hint="Wait until one has ended.")
            await tx.execute(insert(scans).values(values))
            await enqueue(tx, tenant_id=tenant_id, kind=SCAN, payload={"scan_id": str(scan.id)}, key=str(scan.id))

    async def get(self, tenant_id: UUID, scan_id: UUID) -> Scan:
        """The scan, or `ScanNotFound`."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(sa.select(scans).where(scans.c.id == scan_id))).first()
        if row is None:
            raise _not_found(scan_id)
        return scan_of(row)

    async def page(self, tenant_id: UUID, size: int, before: UUID | None) -> list[Scan]:
        """At most `size` scans, newest first, after the one named `before`."""
        query = sa.select(scans).order_by(scans.c.id.desc()).limit(size)
        if before:
            query = query.where(scans.c.id < before)
        async with self._database.tenant_tx(tenant_id) as tx:
            return [scan_of(row) for row in await tx.execute(query)]

    async def url(self, tenant_id: UUID, scan_id: UUID) -> str:
        """The database's URL; empty for a folder."""
        query = sa.select(scans.c.secret, scans.c.finding_id).where(scans.c.id == scan_id)
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(query)).first()
        if row is None:
            raise _not_found(scan_id)
        return await unseal(self._box, row.secret, tenant_id, row.finding_id)

    async def begin(self, tenant_id: UUID, scan_id: UUID) -> None:
        """The scan runs, with no data set yet: what a broken-off attempt found goes."""
        async with self._database.tenant_tx(tenant_id) as tx:
            await tx.execute(sa.delete(data_sets).where(data_sets.c.scan_id == scan_id))
            await _set(tx, scan_id, state=ScanState.RUNNING.value, data_sets=0)

    async def add_data_set(self, tenant_id: UUID, scan_id: UUID, data_set: DataSet) -> None:
        """Keep a data set; the scan's count shows it."""
        values = {"tenant_id": tenant_id, "scan_id": scan_id, **data_set_values(data_set)}
        async with self._database.tenant_tx(tenant_id) as tx:
            added = await tx.execute(insert(data_sets).values(values).on_conflict_do_nothing())
            await _set(tx, scan_id, data_sets=scans.c.data_sets + added.rowcount)

    async def succeed(self, tenant_id: UUID, scan: Scan, finding: Finding, *, named: bool) -> None:
        """End the scan and make or refresh its finding with the data sets kept; a decision on it stays."""
        ended = {"state": ScanState.SUCCEEDED.value, "ended_at": self._clock(), "secret": None}
        earlier = sa.select(scans.c.id).where(scans.c.finding_id == scan.finding_id, scans.c.id != scan.id)
        running = sa.select(scans.c.secret).where(scans.c.id == scan.id, scans.c.state.in_(UNFINISHED))
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(running.with_for_update())).first()
            if row is None:
                return  # ended meanwhile
            values = _finding_values(tenant_id, scan, finding) | {"secret": row.secret}
            await tx.execute(_refresh(values, named=named))
            unfinished = sa.select(scans.c.id).where(scans.c.state.in_(UNFINISHED))
            gone = sa.delete(data_sets).where(data_sets.c.scan_id.in_(earlier), data_sets.c.scan_id.not_in(unfinished))
            await tx.execute(gone)
            await _set(tx, scan.id, **ended)

    async def fail(self, tenant_id: UUID, scan_id: UUID, error: str, at: datetime) -> None:
        """End the scan unless it has ended, and forget what it found."""
        values = {"state": ScanState.FAILED.value, "error": clean(error), "ended_at": at, "secret": None}
        statement = sa.update(scans).where(scans.c.id == scan_id, scans.c.state.in_(UNFINISHED)).values(values)
        async with self._database.tenant_tx(tenant_id) as tx:
            if (await tx.execute(statement)).rowcount:
                await tx.execute(sa.delete(data_sets).where(data_sets.c.scan_id == scan_id))


async def _set(tx: AsyncConnection, scan_id: UUID, **values: Any) -> None:
    await tx.execute(sa.update(scans).where(scans.c.id == scan_id).values(values))


def _finding_values(tenant_id: UUID, scan: Scan, finding: Finding) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "id": finding.id,
        "scan_id": scan.id,
        "name": clean(finding.name),
        "kind": finding.kind.value,
        "location": finding.location,
        "score": finding.score,
        "reasons": [clean(reason) for reason in finding.reasons],
        "state": finding.state.value,
        "connection_id": "",
        "note": "",
        "created_at": finding.created_at,
    }


def _refresh(values: dict[str, Any], *, named: bool) -> Any:
    statement = insert(findings).values(values)
    fresh = statement.excluded
    changed: dict[str, Any] = {"scan_id": fresh.scan_id, "score": fresh.score, "reasons": fresh.reasons}
    if named:
        changed["name"] = fresh.name
    # A decided finding needs no credentials any more.
    changed["secret"] = sa.case((findings.c.state == FindingState.OPEN.value, fresh.secret), else_=None)
    return statement.on_conflict_do_update(index_elements=["tenant_id", "id"], set_=changed)


def _not_found(scan_id: UUID) -> ScanNotFound:
    return ScanNotFound(f"There is no scan {scan_id}.", hint="List the scans to find its id.")
