"""The history of streams in PostgreSQL."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from sqlalchemy.dialects.postgresql import distinct_on

from aam.adapters.rows import stream_run_of
from aam.adapters.tables import connections, runs, stream_runs, streams
from aam.domain.connection import ConnectionState, StreamState
from aam.domain.errors import ConnectionNotFound
from aam.domain.run import StreamRunState
from aam.domain.statistics import PastReading, StreamHealth, newest_time
from aam.ports import StreamFigures

HISTORY_RUNS = 60
MAX_WARNINGS = 1_000
MANY_FAILURES = 3
SYNCED = [ConnectionState.ACTIVE.value, ConnectionState.DRIFTED.value, ConnectionState.HEALING.value]
ENDED = [StreamRunState.SUCCEEDED.value, StreamRunState.FAILED.value]

_cron_minutes = 2 * sa.extract("epoch", connections.c.next_at - connections.c.last_at) / 60
FRESH_WITHIN = sa.func.coalesce(
    connections.c.fresh_within_minutes,
    sa.func.nullif(2 * connections.c.every_minutes, 0),
    sa.case((connections.c.cron != "", _cron_minutes)),
)
"""Minutes: what the owner wants, or twice the schedule's interval."""
_since = sa.func.coalesce(streams.c.last_success_at, connections.c.created_at)
STALE = sa.and_(
    connections.c.paused_at.is_(None),
    connections.c.state.in_(SYNCED),
    streams.c.state == StreamState.READY.value,
    _since < sa.bindparam("now", type_=sa.DateTime(timezone=True)) - FRESH_WITHIN * sa.text("interval '1 minute'"),
)
WARNINGS = (
    sa.select(
        streams.c.connection_id,
        streams.c.name,
        streams.c.alarm,
        streams.c.failures,
        streams.c.last_success_at,
        FRESH_WITHIN.label("within"),
        sa.func.coalesce(STALE, sa.false()).label("stale"),
    )
    .join(connections, connections.c.id == streams.c.connection_id)
    .where(
        connections.c.id == sa.func.any(sa.bindparam("ids", type_=sa.ARRAY(sa.Uuid))),
        sa.or_(streams.c.alarm != "", streams.c.failures >= MANY_FAILURES, STALE),
    )
    .order_by(streams.c.name)
    .limit(MAX_WARNINGS)
)


class PostgresStatistics:
    """The `Statistics` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def history(self, tenant_id: UUID, connection_id: UUID) -> dict[str, list[PastReading]]:
        """Of the connection's last `HISTORY_RUNS` runs."""
        last = (
            sa.select(runs.c.id)
            .where(runs.c.connection_id == connection_id, runs.c.backfill_from == "", runs.c.backfill_until == "")
            .order_by(runs.c.id.desc())
            .limit(HISTORY_RUNS)
        )
        one = stream_runs.c
        query = (
            sa.select(one.stream, one.state, one.rows_read, one.whole, one.ended_at)
            .where(one.run_id.in_(last), one.state.in_(ENDED), one.ended_at.is_not(None))
            .order_by(one.stream, one.ended_at)
        )
        found: dict[str, list[PastReading]] = defaultdict(list)
        async with self._database.tenant_tx(tenant_id) as tx:
            for row in await tx.execute(query):
                failed = row.state == StreamRunState.FAILED.value
                found[row.stream].append(PastReading(row.ended_at, row.rows_read, row.whole, failed))
        return found

    async def keep(self, tenant_id: UUID, connection_id: UUID, found: dict[str, StreamHealth]) -> None:
        """Update all streams with one statement each, in one round trip."""
        change = (
            sa.update(streams)
            .where(streams.c.connection_id == connection_id, streams.c.name == sa.bindparam("stream"))
            .values(
                last_success_at=sa.func.coalesce(sa.bindparam("succeeded"), streams.c.last_success_at),
                failures=sa.bindparam("failed"),
                alarm=sa.bindparam("said"),
            )
        )
        values = [
            {"stream": name, "succeeded": one.last_success_at, "failed": one.failures, "said": one.alarm}
            for name, one in found.items()
        ]
        if values:
            async with self._database.tenant_tx(tenant_id) as tx:
                await tx.execute(change, values)

    async def figures(self, tenant_id: UUID, connection_id: UUID) -> list[StreamFigures]:
        """Each stream with its part of the last run that it was in."""
        known = sa.select(streams).where(streams.c.connection_id == connection_id).order_by(streams.c.name)
        recent = sa.select(runs.c.id).where(runs.c.connection_id == connection_id)
        newest = (
            sa.select(stream_runs)
            .ext(distinct_on(stream_runs.c.stream))
            .where(stream_runs.c.run_id.in_(recent.order_by(runs.c.id.desc()).limit(HISTORY_RUNS)))
            .order_by(stream_runs.c.stream, stream_runs.c.run_id.desc())
        )
        async with self._database.tenant_tx(tenant_id) as tx:
            rows = (await tx.execute(known)).all()
            last = {row.stream: stream_run_of(row) for row in await tx.execute(newest)}
        return [
            StreamFigures(
                row.name,
                last.get(row.name),
                StreamHealth(row.last_success_at, row.failures, row.alarm),
                newest_time(row.version) if row.shape and row.shape["cursor"] else None,
            )
            for row in rows
        ]

    async def warnings(self, tenant_id: UUID, connections: Sequence[UUID], now: datetime) -> dict[UUID, list[str]]:
        """At most `MAX_WARNINGS` streams, those without anything to say left out."""
        found: dict[UUID, list[str]] = defaultdict(list)
        if not connections:
            return found
        async with self._database.tenant_tx(tenant_id) as tx:
            for row in await tx.execute(WARNINGS, {"ids": list(connections), "now": now}):
                found[row.connection_id] += _told(row)
        return found

    async def set_freshness(self, tenant_id: UUID, connection_id: UUID, minutes: int | None) -> None:
        """Change the one column."""
        change = sa.update(connections).where(connections.c.id == connection_id)
        async with self._database.tenant_tx(tenant_id) as tx:
            if not (await tx.execute(change.values(fresh_within_minutes=minutes))).rowcount:
                raise ConnectionNotFound(
                    f"There is no connection {connection_id}.", hint="List the connections to find its id."
                )


def _told(row: "sa.Row[tuple[UUID, str, str, int, datetime | None, float, bool]]") -> list[str]:
    told = [f"{row.name}: {row.alarm}"] if row.alarm else []
    if row.failures >= MANY_FAILURES:
        told.append(f"{row.name}: failed {row.failures} times in a row.")
    if row.stale:
        seen = f"was last read on {row.last_success_at:%Y-%m-%d %H:%M} UTC" if row.last_success_at else "was never read"
        told.append(f"{row.name}: {seen}, and should not be older than {float(row.within):.0f} minutes.")
    return told
