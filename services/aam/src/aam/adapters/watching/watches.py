"""Watches in PostgreSQL; credentials are sealed for their tenant and watch."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.jobs import enqueue
from aos_common.secrets import SecretBox
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from aam.adapters.credentials import bound
from aam.adapters.rows import clean
from aam.adapters.tables import watched_syncs, watches
from aam.domain.watching import InvalidWatch, Watch, WatchedSync, WatchExists, WatchNotFound, WatchState

WATCH = "watch"


class PostgresWatches:
    """The `Watches` port."""

    def __init__(self, database: Database, box: SecretBox) -> None:
        self._database, self._box = database, box

    async def add(self, tenant_id: UUID, watch: Watch, secret: Mapping[str, str], most: int) -> Watch:
        """Store a watch and the job that looks first."""
        sealed = await self._box.seal(json.dumps(dict(secret)).encode(), bound(tenant_id, watch.id))
        values = {
            "tenant_id": tenant_id,
            "id": watch.id,
            "name": watch.name,
            "url": watch.url,
            "secret": sealed,
            "every_seconds": watch.every_seconds,
            "stale_after_minutes": watch.stale_after_minutes,
            "state": watch.state.value,
            "error": "",
            "created_at": watch.created_at,
        }
        async with self._database.tenant_tx(tenant_id) as tx:
            if (await tx.execute(sa.select(sa.func.count()).select_from(watches))).scalar_one() >= most:
                raise InvalidWatch(f"A tenant has at most {most} watches.", hint="Delete one first.")
            if not (await tx.execute(insert(watches).values(values).on_conflict_do_nothing())).rowcount:
                raise WatchExists(f"There is a watch named {watch.name!r}.", hint="Choose another name.")
            await _enqueue(tx, tenant_id, watch.id, watch.created_at)
        return watch

    async def get(self, tenant_id: UUID, watch_id: UUID) -> Watch:
        """The watch, or `WatchNotFound`."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(sa.select(watches).where(watches.c.id == watch_id))).first()
        if row is None:
            raise _not_found(watch_id)
        return _watch_of(row)

    async def all(self, tenant_id: UUID) -> list[Watch]:
        """Every watch, newest first."""
        async with self._database.tenant_tx(tenant_id) as tx:
            return [_watch_of(row) for row in await tx.execute(sa.select(watches).order_by(watches.c.id.desc()))]

    async def delete(self, tenant_id: UUID, watch_id: UUID) -> None:
        """Delete a watch; its waiting job finds nothing and ends."""
        async with self._database.tenant_tx(tenant_id) as tx:
            if not (await tx.execute(sa.delete(watches).where(watches.c.id == watch_id))).rowcount:
                raise _not_found(watch_id)

    async def secret(self, tenant_id: UUID, watch_id: UUID) -> dict[str, str]:
        """The credential, opened."""
        async with self._database.tenant_tx(tenant_id) as tx:
            row = (await tx.execute(sa.select(watches.c.secret).where(watches.c.id == watch_id))).first()
        if row is None:
            raise _not_found(watch_id)
        found: dict[str, str] = json.loads(await self._box.open(bytes(row.secret), bound(tenant_id, watch_id)))
        return found

    async def syncs(self, tenant_id: UUID, watch_id: UUID) -> list[WatchedSync]:
        """What the last look has found."""
        order = (watched_syncs.c.warning == "", watched_syncs.c.name, watched_syncs.c.external_id)
        query = sa.select(watched_syncs).where(watched_syncs.c.watch_id == watch_id).order_by(*order)
        async with self._database.tenant_tx(tenant_id) as tx:
            return [_sync_of(row) for row in await tx.execute(query)]

    async def save(
        self,
        tenant_id: UUID,
        watch: Watch,
        state: WatchState,
        error: str,
        syncs: Sequence[WatchedSync] | None,
        *,
        at: datetime,
        again_at: datetime,
    ) -> None:
        """Replace what was seen, unless the watch was deleted meanwhile."""
        values = {"state": state.value, "error": clean(error), "checked_at": at}
        async with self._database.tenant_tx(tenant_id) as tx:
            if not (await tx.execute(sa.update(watches).where(watches.c.id == watch.id).values(values))).rowcount:
                return
            if syncs is not None:
                await tx.execute(sa.delete(watched_syncs).where(watched_syncs.c.watch_id == watch.id))
                rows = {one.external_id: _sync_values(tenant_id, watch.id, one) for one in syncs}
                if rows:
                    await tx.execute(sa.insert(watched_syncs), list(rows.values()))
            await _enqueue(tx, tenant_id, watch.id, again_at)


async def _enqueue(tx: AsyncConnection, tenant_id: UUID, watch_id: UUID, at: datetime) -> None:
    """A key for each time: the job that queues the next one has not ended yet."""
    key = f"{watch_id} {at.isoformat()}"
    await enqueue(tx, tenant_id=tenant_id, kind=WATCH, payload={"watch_id": str(watch_id)}, key=key, run_at=at)


def _watch_of(row: sa.Row[Any]) -> Watch:
    return Watch(
        id=row.id,
        name=row.name,
        url=row.url,
        every_seconds=row.every_seconds,
        stale_after_minutes=row.stale_after_minutes,
        created_at=row.created_at,
        state=WatchState(row.state),
        error=row.error,
        checked_at=row.checked_at,
    )


SEEN = ("external_id", "name", "status", "job_id", "job_status", "rows", "bytes", "started_at", "updated_at", "warning")


def _sync_of(row: sa.Row[Any]) -> WatchedSync:
    return WatchedSync(**{name: row._mapping[name] for name in SEEN})


def _sync_values(tenant_id: UUID, watch_id: UUID, sync: WatchedSync) -> dict[str, Any]:
    return {"tenant_id": tenant_id, "watch_id": watch_id, **{name: getattr(sync, name) for name in SEEN}}


def _not_found(watch_id: UUID) -> WatchNotFound:
    return WatchNotFound(f"There is no watch {watch_id}.", hint="List the watches to find its id.")
