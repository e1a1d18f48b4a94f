"""The `Lake` port on DuckLake: every call runs in a bounded set of worker threads, on one tenant's connection."""

import asyncio
import contextlib
import re
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from typing import Any, TypeVar
from uuid import UUID

import duckdb
from aos_common.objects import ObjectStore

from dcl.adapters.lake.connections import LakeConnections
from dcl.adapters.lake.kept import Kept
from dcl.adapters.lake.merge import apply_stream
from dcl.adapters.lake.query import aggregation_sql, hash_sql, page_sql
from dcl.adapters.lake.tables import TOMBSTONES, is_shared, records_table, unified_table
from dcl.domain.errors import LakeUnavailable, PageExpired, QueryTooLong
from dcl.domain.ontology import Entity, Ontology
from dcl.domain.view import Aggregation, Column, Filter, OrderBy
from dcl.ports import Row

T = TypeVar("T")
MAX_SAFE_INTEGER = 2**53
READ_SECONDS = 25.0
"""Longest read; below the gateway's 30 seconds, so that the caller hears why."""
INTERRUPT_SECONDS = 0.1
GROUPED_TENANTS = 50
"""Tenants whose groups and figures are kept, up to some hundred kilobytes each."""
KEPT_ROWS = 100
"""Rows of an answer that is kept."""
_LOST = (
    duckdb.IOException,
    duckdb.ConnectionException,
    duckdb.TransactionException,
    duckdb.InternalException,
    duckdb.FatalException,
)


def plain(value: Any) -> str | int | float | bool | None:
    """Return a value as JSON can hold it without loss: decimals, dates and large integers as text."""
    if isinstance(value, Decimal):
        text = format(value, "f")
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return text if value else "0"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_SAFE_INTEGER:
        return str(value)
    if value is None or isinstance(value, str | int | float | bool):
        return value
    return str(value)


class DuckLake:
    """Tenants' lakes. Reads run side by side; writes of one tenant in one process run one after the other."""

    def __init__(
        self, connections: LakeConnections, objects: ObjectStore, ontology: Ontology, threads: int = 4
    ) -> None:
        self._connections = connections
        self._objects = objects
        self._ontology = ontology
        self._threads = ThreadPoolExecutor(threads, "lake")
        self._kept = Kept()
        self._grouped, self._figured = Kept(GROUPED_TENANTS), Kept(GROUPED_TENANTS)

    async def apply(self, tenant_id: UUID, entity: Entity, source: str, keys: Sequence[str], snapshot: int) -> None:
        """Apply a stream's canonical files; `snapshot` is the version of a full snapshot, or 0."""
        objects = self._objects.tenant(tenant_id)
        paths = [objects.path(key) for key in keys]
        others = [other for other in self._ontology.entities if other.name != entity.name]
        await self._run(tenant_id, lambda cursor: apply_stream(cursor, entity, others, source, paths, snapshot), None)

    async def counts(self, tenant_id: UUID) -> dict[str, tuple[int, int]]:
        """Return each view's rows and the records behind them."""

        def count(cursor: duckdb.DuckDBPyConnection) -> dict[str, tuple[int, int]]:
            # Every table once, and none in a subquery: planning those took DuckLake three times as long as counting.
            entities = self._ontology.entities
            tables = [*map(records_table, entities), *(unified_table(one) for one in entities if is_shared(one))]
            parts = [f"SELECT {place}, count(*) FROM lake.{table}" for place, table in enumerate(tables)]
            found = dict(cursor.execute(" UNION ALL ".join(parts)).fetchall())
            rows = {table: int(found[place]) for place, table in enumerate(tables)}
            return {
                one.name: (rows[unified_table(one) if is_shared(one) else records_table(one)], rows[records_table(one)])
                for one in entities
            }

        return await self._once(tenant_id, "counts", count)

    async def records_by_source(self, tenant_id: UUID, entities: list[Entity]) -> dict[tuple[str, str], int]:
        """Return the number of records of each (entity, source)."""

        def count(cursor: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
            parts = [
                f"SELECT '{e.name}', _source, count(*) FROM lake.{records_table(e)} GROUP BY _source" for e in entities
            ]
            if not parts:
                return {}
            return {(name, source): n for name, source, n in cursor.execute(" UNION ALL ".join(parts)).fetchall()}

        return await self._once(tenant_id, f"records of {' '.join(entity.name for entity in entities)}", count)

    async def deletions_by_source(self, tenant_id: UUID) -> dict[str, int]:
        """Return the number of records of each source that are remembered as gone."""
        sql = f"SELECT _source, count(*) FROM lake.{TOMBSTONES} GROUP BY _source"
        return await self._once(tenant_id, "deletions", lambda cursor: dict(cursor.execute(sql).fetchall()))

    async def page(
        self,
        tenant_id: UUID,
        entity: Entity,
        columns: tuple[Column, ...],
        filters: tuple[Filter, ...],
        order_by: tuple[OrderBy, ...],
        *,
        snapshot: int | None,
        limit: int,
        offset: int,
    ) -> tuple[list[Row], int]:
        """Return a page of rows and the snapshot they were read from."""

        def read(cursor: duckdb.DuckDBPyConnection) -> tuple[list[Row], int]:
            at = snapshot if snapshot is not None else _current_snapshot(cursor)
            sql, values = page_sql(entity, columns, filters, order_by, snapshot=at, limit=limit, offset=offset)
            return _rows(cursor.execute(sql, values)), at

        return await self._run(tenant_id, read)

    async def aggregate(
        self, tenant_id: UUID, entity: Entity, question: Aggregation, *, snapshot: int | None = None
    ) -> list[Row]:
        """Return the groups, one more than the limit when there are more."""
        sql, values = aggregation_sql(entity, question, snapshot)
        return await self._run(tenant_id, lambda cursor: _rows(cursor.execute(sql, values)))

    async def groups(self, tenant_id: UUID, entity: Entity, questions: Sequence[Aggregation]) -> list[list[Row]]:
        """Return the answers to an entity's questions, always the same ones, computed once a snapshot."""

        def read(cursor: duckdb.DuckDBPyConnection) -> list[list[Row]]:
            return [_rows(cursor.execute(*aggregation_sql(entity, one))) for one in questions]

        def ask(cursor: duckdb.DuckDBPyConnection) -> list[list[Row]]:
            return self._grouped.get(tenant_id, _current_snapshot(cursor), entity.name, lambda: read(cursor))

        return await self._run(tenant_id, ask)

    async def figures(
        self, tenant_id: UUID, entity: Entity, questions: Sequence[Aggregation], *, snapshot: int | None
    ) -> tuple[list[list[Row]], int]:
        """Return the answers to several questions, all of one snapshot, and that snapshot; small ones are kept."""

        def read(cursor: duckdb.DuckDBPyConnection) -> tuple[list[list[Row]], int]:
            at = snapshot if snapshot is not None else _current_snapshot(cursor)

            def compute() -> list[list[Row]]:
                return [_rows(cursor.execute(*aggregation_sql(entity, one, at))) for one in questions]

            if snapshot not in (None, self._figured.newest(tenant_id)):
                return compute(), at
            name = f"{entity.name} {questions!r}"
            found = self._figured.get(tenant_id, at, name, compute, lambda rows: sum(map(len, rows)) <= KEPT_ROWS)
            return [[dict(row) for row in rows] for rows in found], at

        return await self._run(tenant_id, read)

    async def content_hash(self, tenant_id: UUID, entity: Entity) -> tuple[str, int]:
        """Return the hash of a view's content and its rows."""

        def compute(cursor: duckdb.DuckDBPyConnection) -> tuple[str, int]:
            row = cursor.execute(hash_sql(entity)).fetchone()
            assert row is not None
            count, lower, upper = row
            return f"{count:x}-{upper % 2**64:016x}{lower % 2**64:016x}", int(count)

        return await self._run(tenant_id, compute)

    async def _once(self, tenant_id: UUID, name: str, work: Callable[[duckdb.DuckDBPyConnection], T]) -> T:
        """As `_run`, but once a snapshot of the lake."""

        def ask(cursor: duckdb.DuckDBPyConnection) -> T:
            return self._kept.get(tenant_id, _current_snapshot(cursor), name, lambda: work(cursor))

        return await self._run(tenant_id, ask)

    async def _run(
        self, tenant_id: UUID, work: Callable[[duckdb.DuckDBPyConnection], T], seconds: float | None = READ_SECONDS
    ) -> T:
        """Run `work` on a cursor in a thread; raise `QueryTooLong` after `seconds`.

        Returns, also when cancelled, only after the thread is done with the cursor: a caller that holds a lock for the
        work would otherwise let go of it too early.
        """
        cursors: list[duckdb.DuckDBPyConnection] = []

        def guarded() -> T:
            cursor = self._connections.cursor(tenant_id)
            cursors.append(cursor)
            with contextlib.closing(cursor), self._named(tenant_id):
                cursor.execute("USE lake")
                return work(cursor)

        thread = self._threads.submit(guarded)
        running = asyncio.wrap_future(thread)
        try:
            await asyncio.wait([running], timeout=seconds)
            if not running.done():
                raise QueryTooLong(f"The lake did not answer in {seconds:.0f} seconds.", hint="Ask for less.")
            return running.result()
        finally:
            while not (running.done() or thread.cancel()):
                for cursor in cursors:
                    cursor.interrupt()
                await asyncio.wait([running], timeout=INTERRUPT_SECONDS)

    @contextlib.contextmanager
    def _named(self, tenant_id: UUID) -> Iterator[None]:
        """Turn DuckDB's failures into named ones."""
        try:
            yield
        except _LOST as error:
            # The catalogue's server went away or another worker won a conflict: the next attempt starts afresh.
            self._connections.discard(tenant_id)
            self._kept.forget(tenant_id)
            self._grouped.forget(tenant_id)
            self._figured.forget(tenant_id)
            raise LakeUnavailable("The lake did not answer.", hint="Try again in a moment.") from error
        except (duckdb.InvalidInputException, duckdb.CatalogException) as error:
            if not re.search(r"snapshot|at version", str(error).lower()):
                raise
            raise PageExpired(
                "The snapshot that was asked for is gone.", hint="Ask again without page_token and snapshot."
            ) from error

    async def close(self) -> None:
        """Close the connections."""
        await asyncio.to_thread(self._threads.shutdown)
        self._connections.close()


def _current_snapshot(cursor: duckdb.DuckDBPyConnection) -> int:
    row = cursor.execute("SELECT id FROM ducklake_current_snapshot('lake')").fetchone()
    assert row is not None
    return int(row[0])


def _rows(result: duckdb.DuckDBPyConnection) -> list[Row]:
    names = [column[0] for column in result.description or ()]
    return [{name: plain(value) for name, value in zip(names, row, strict=True)} for row in result.fetchall()]
