"""PostgreSQL databases: tables and views of all user schemas, in sessions that cannot write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from aos_common.egress import Egress, EgressRefused, HostUnknown
from aos_common.tls import verifying

from aod.adapters.places.catalog import CATALOG_SQL, CatalogTable, quoted, tables
from aod.adapters.places.postgres_errors import LOST, SLOW, named_errors, table_error
from aod.domain.column_types import VALUE_LENGTH
from aod.domain.errors import PlaceUnreadable
from aod.domain.finding import DataSet
from aod.domain.location import DatabaseAddress, Location, parse_address
from aod.domain.profile import looks_keyed, profile_column, sample_rows
from aod.ports import Found

MAX_TABLES = 10_000
EXACT_ROWS = 100_000
CONNECT_SECONDS = 10.0
STATEMENT_SECONDS = 15
SESSION = """
SET default_transaction_read_only = on; SET statement_timeout = '{seconds}s'; SET lock_timeout = '5s';
SET TimeZone = 'UTC'; SET DateStyle = 'ISO, YMD'; SET IntervalStyle = 'iso_8601'; SET extra_float_digits = 1;
SET bytea_output = 'hex'; SET search_path = ''; SET application_name = 'autonomos'
"""


class PostgresPlace:
    """Looks at databases; rows are counted exactly below 100,000 and taken from PostgreSQL's statistics above."""

    def __init__(self, egress: Egress, statement_seconds: int = STATEMENT_SECONDS) -> None:
        self._egress, self._seconds = egress, statement_seconds

    async def look(self, location: Location, found: Found) -> list[str]:
        """Hand over one data set a table or view; one that cannot be read has its error and disturbs no other."""
        address = parse_address(location.url)
        hosts = await self._checked(address)
        with named_errors(address.shown):
            connection = await _connect(address, hosts, self._seconds)
        try:
            with named_errors(address.shown):
                catalog = tables(await connection.fetch(CATALOG_SQL))
            if len(catalog) > MAX_TABLES:
                raise PlaceUnreadable(
                    f"{address.shown} holds more than {MAX_TABLES:,} tables and views.",
                    hint="Scan with a user who may read fewer of them.",
                )
            for table in catalog:
                with named_errors(address.shown):
                    data_set = await _look_at(connection, table)
                await found(data_set)
        finally:
            connection.terminate()
        return []

    async def _checked(self, address: DatabaseAddress) -> list[str]:
        try:
            return await self._egress.addresses(address.host, address.port)
        except (EgressRefused, HostUnknown) as error:
            raise PlaceUnreadable(error.message, hint=error.hint) from None


async def _connect(address: DatabaseAddress, hosts: list[str], seconds: int) -> Any:
    """Connect to one of the checked addresses; the certificate is still compared with the host's name."""
    connection = await asyncpg.connect(
        host=hosts,
        port=[address.port] * len(hosts),
        database=address.database,
        user=address.user,
        password=address.password,
        ssl=verifying(address.host, address.sslmode) if address.sslmode.startswith("verify") else address.sslmode,
        timeout=CONNECT_SECONDS,
        command_timeout=seconds + 5.0,
        statement_cache_size=0,
    )
    try:
        await connection.execute(SESSION.format(seconds=seconds))
    except BaseException:
        connection.terminate()
        raise
    return connection


async def _look_at(connection: Any, table: CatalogTable) -> DataSet:
    error = table.unreadable()
    if error:
        return _broken(table, error)
    try:
        return await _profile(connection, table)
    except (*SLOW, asyncpg.PostgresError) as failure:
        if isinstance(failure, LOST) and not isinstance(failure, SLOW):
            raise
        return _broken(table, table_error(table.data_set, failure))


async def _profile(connection: Any, table: CatalogTable) -> DataSet:
    limit = sample_rows(len(table.columns))
    async with _transaction(connection):
        sampled = await connection.fetch(_sample_sql(table, limit))
        complete = len(sampled) < limit and not _is_large(table)
        rows = len(sampled) if complete else await _count(connection, table)
    columns = tuple(
        profile_column(column.name, [row[place] for row in sampled], column.declared)
        for place, column in enumerate(table.columns)
    )
    return DataSet(
        name=table.data_set,
        format=table.format,
        rows=rows,
        bytes=table.bytes,
        columns=columns,
        looked_at=len(sampled),
        keyed=table.keyed or looks_keyed(columns, len(sampled)),
    )


@asynccontextmanager
async def _transaction(connection: Any) -> AsyncIterator[None]:
    """One snapshot for sample and count; read-only beyond what a function of a view could switch off."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        yield


def _sample_sql(table: CatalogTable, limit: int) -> str:
    """Rows as texts: the first ones, or of a large table those of pages spread over it."""
    columns = ", ".join(f"left({quoted(c.name)}::text, {VALUE_LENGTH})" for c in table.columns)
    percent = min(100.0, 150.0 * limit / max(1.0, table.estimate))
    spread = f" TABLESAMPLE SYSTEM ({percent:.6f})" if _is_large(table) else ""
    return f"SELECT {columns} FROM {table.quoted}{spread} LIMIT {limit}"  # noqa: S608  names are quoted


def _is_large(table: CatalogTable) -> bool:
    return table.kind in ("r", "m") and table.estimate > EXACT_ROWS


async def _count(connection: Any, table: CatalogTable) -> int:
    """Rows: exact up to 100,000, then the statistics'; -1 for a large view or where there are none."""
    if table.estimate < EXACT_ROWS and table.kind in ("r", "p", "m"):
        bounded = f"SELECT count(*) FROM (SELECT FROM {table.quoted} LIMIT {EXACT_ROWS + 1}) AS some_rows"  # noqa: S608  quoted
        counted = int(await connection.fetchval(bounded))
        if counted <= EXACT_ROWS:
            return counted
    return int(table.estimate) if table.estimate > EXACT_ROWS else -1


def _broken(table: CatalogTable, error: str) -> DataSet:
    return DataSet(table.data_set, table.format, -1, table.bytes, error)
