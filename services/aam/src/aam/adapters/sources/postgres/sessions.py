"""Sessions with a PostgreSQL server, at addresses that are checked first."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from aos_common.egress import Egress, EgressRefused, HostUnknown

from aam.adapters.sources.postgres.catalog import CatalogTable, described, quoted, tables
from aam.adapters.sources.postgres.errors import named_errors
from aam.adapters.sources.postgres.settings import PostgresSettings
from aam.domain.errors import Fault, SourceError

if TYPE_CHECKING:
    import adbc_driver_postgresql.dbapi as adbc  # type: ignore[import-untyped]  # ships no types
    import psycopg

SETTINGS = {
    "default_transaction_read_only": "on",
    "TimeZone": "UTC",
    "DateStyle": "ISO, YMD",
    "IntervalStyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lock_timeout": "10s",
    "search_path": "",
}
"""Of sessions that read; told in one statement, because poolers refuse them in the connection's options."""
CONTROL = {"lock_timeout": "10s", "search_path": "", "idle_in_transaction_session_timeout": "0"}

LOCK_SQL = "SELECT 1 FROM {table} LIMIT 0"
"""Takes the lock that whoever alters a table waits for."""
REWRITTEN_SQL = """
SELECT relfilenode = coalesce(pg_catalog.pg_relation_filenode(oid), 0) FROM pg_catalog.pg_class WHERE oid = {oid}
"""
"""Functions of the catalogue see it as it is now, queries as it was in their snapshot."""


class Sessions:
    """Opens sessions for one connection; those for reading are read-only."""

    def __init__(self, settings: PostgresSettings, egress: Egress) -> None:
        self._settings, self._egress = settings, egress
        self.location = f"postgresql://{settings.host}:{settings.port}/{settings.database}"

    @property
    def _secret(self) -> str:
        return self._settings.password.get_secret_value()

    @contextmanager
    def reader(self, what: str, snapshot: str = "") -> "Iterator[adbc.Cursor]":
        """A session that reads into Arrow; in a transaction of the exported snapshot where one is given."""
        # Loaded where it is used: it brings every data-frame library it finds, 50 MB in a process that needs none.
        import adbc_driver_postgresql.dbapi as adbc  # noqa: PLC0415  only sources that need it pay for it

        url = self.url()
        with named_errors(self.location, what, self._secret):
            connection = adbc.connect(url, autocommit=True)
            try:
                with connection.cursor() as cursor:
                    timeout = {"statement_timeout": f"{self._settings.statement_timeout_seconds}s"}
                    cursor.execute(_configured({**SETTINGS, **timeout}).decode())
                    cursor.fetchall()
                    if snapshot:
                        cursor.execute("BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
                        cursor.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
                    yield cursor
            finally:
                connection.close()

    @contextmanager
    def table_reader(self, table: CatalogTable, snapshot: str) -> "Iterator[adbc.Cursor]":
        """A session in the snapshot that reads one table, which keeps its shape meanwhile."""
        with self.reader(table.stream, snapshot) as cursor:
            with self.control(table.stream) as fresh:
                hold_still(cursor, fresh, table)
            yield cursor

    @contextmanager
    def control(self, what: str) -> "Iterator[psycopg.Connection[Any]]":
        """A session for the snapshot, the slot and the publication; each statement is its own transaction."""
        import psycopg  # noqa: PLC0415  only sources that need it pay for it

        url = self.url()
        with (
            named_errors(self.location, what, self._secret),
            psycopg.connect(url, autocommit=True, prepare_threshold=None) as connection,
        ):
            connection.execute(_configured(CONTROL))
            yield connection

    def url(self) -> str:
        """The URL with the checked addresses: libpq resolves no name then, and keeps the host for the certificate."""
        settings, addresses = self._settings, self._addresses()
        host = f"[{settings.host}]" if ":" in settings.host else quote(settings.host, safe="")
        trusted = "&sslrootcert=system" if settings.sslmode == "verify-full" else ""
        return (
            f"postgresql://{quote(settings.user, safe='')}:{quote(self._secret, safe='')}"
            f"@{','.join([f'{host}:{settings.port}'] * len(addresses))}/{quote(settings.database, safe='')}"
            f"?hostaddr={quote(','.join(addresses), safe='')}&sslmode={settings.sslmode}{trusted}"
            "&connect_timeout=10&application_name=autonomos"
        )

    def _addresses(self) -> list[str]:
        try:
            return self._egress.addresses_now(self._settings.host, self._settings.port)
        except (EgressRefused, HostUnknown) as error:
            raise SourceError(error.message, hint=error.hint, reason=f"SOURCE_{error.reason}") from None


def _configured(values: Mapping[str, str]) -> bytes:
    told = (f"pg_catalog.set_config('{name}', '{value}', false)" for name, value in values.items())
    return f"SELECT {', '.join(told)}".encode()


def hold_still(cursor: "adbc.Cursor", fresh: "psycopg.Connection[Any]", table: CatalogTable) -> None:
    """Keep the table in its shape until the cursor's transaction ends; raise where the snapshot holds another one.

    Whoever alters the table from now on waits. Who came between snapshot and lock is seen by `fresh`, a session that
    is in no transaction, or by the table's new file: a rewritten table looks empty in an older snapshot
    (https://www.postgresql.org/docs/current/mvcc-caveats.html).
    """
    cursor.execute(LOCK_SQL.format(table=f"{quoted(table.schema)}.{quoted(table.name)}"))
    cursor.fetchall()
    cursor.execute(REWRITTEN_SQL.format(oid=table.oid))
    same = cursor.fetchall() == [(True,)]
    now = next((one for one in tables(described(fresh, table.stream)) if one.oid == table.oid), None)
    if not same or now is None or not table.has_shape_of(now):
        raise SourceError(
            f"{table.stream} changed its shape while it was read.",
            hint="The next attempt reads it in the shape it has now.",
            fault=Fault.TRANSIENT,
            reason="SOURCE_CHANGED",
        )
