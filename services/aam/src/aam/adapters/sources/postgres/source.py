"""PostgreSQL tables and views as streams, read straight into Arrow inside read-only snapshots."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from aos_common.egress import Egress

from aam.adapters.sources.postgres.catalog import COLUMNS_SQL, CatalogTable, described, tables
from aam.adapters.sources.postgres.first import First
from aam.adapters.sources.postgres.reading import Above, Column, PostgresRead, Whole, resumable
from aam.adapters.sources.postgres.replication.drain import Changes
from aam.adapters.sources.postgres.replication.followed import Followed
from aam.adapters.sources.postgres.replication.follower import Follower
from aam.adapters.sources.postgres.sessions import Sessions
from aam.adapters.sources.postgres.settings import PostgresSettings
from aam.adapters.sources.spans.postgres import SpanRead
from aam.domain.errors import SourceError
from aam.domain.schema import StreamSchema
from aam.domain.steering import Span
from aam.ports import Credentials, DiscoveredStream, Json

if TYPE_CHECKING:
    from psycopg import Connection


class PostgresSource:
    """Reads tables and views; every session that reads is read-only and every reading is one snapshot."""

    def __init__(
        self, settings: PostgresSettings, egress: Egress, credentials: Credentials | None = None, *, most: int = 0
    ) -> None:
        """`most` bounds the rows that a reading asks for, which then follows no log; 0 does not."""
        self._settings, self._egress, self._most = settings, egress, most
        self._sessions = Sessions(settings, egress)
        self.follower = Follower(settings, self._sessions, credentials)
        self.location = self._sessions.location

    def endpoints(self) -> list[tuple[str, int]]:
        """The server."""
        return [(self._settings.host, self._settings.port)]

    def limited(self, rows: int) -> "PostgresSource":
        """The same database, a few rows of each table; no slot and no publication is made."""
        return PostgresSource(self._settings, self._egress, most=rows)

    def check(self) -> None:
        """Raise unless the server accepts the user."""
        with self._sessions.reader("the database") as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchall()
        self.follower.check()

    def report(self) -> list[str]:
        """How much of the log the server keeps for the slot, and how much it may."""
        found = self.follower.report() if self._settings.replication != "off" else None
        if found is None:
            return []
        bound = f"{found.lag:,} of at most {self._settings.slot_drop_mb << 20:,} bytes of the source's log"
        told = [f"The slot {found.name} holds {bound}."]
        return [*told, found.warning] if found.warning else told

    def discover(self) -> list[DiscoveredStream]:
        """Every table and view the user may read; one with an unreadable column is listed with its error."""
        cursors = self._settings.cursors
        return [table.discovered(cursors.get(table.stream)) for table in self._tables()]

    def _tables(self) -> list[CatalogTable]:
        with self._sessions.reader("the catalogue") as cursor:
            cursor.execute(COLUMNS_SQL)
            found = cursor.fetch_arrow_table().to_pylist()
        return self._chosen(found)

    def _chosen(self, rows: list[dict[str, Any]]) -> list[CatalogTable]:
        settings = self._settings
        return [
            table.without(settings.exclude_columns.get(table.stream, ()))
            for table in tables(rows)
            if not settings.schemas or table.schema in settings.schemas
        ]

    def _table(self, session: "Connection[Any]", stream: str) -> CatalogTable:
        table = next(iter(self._chosen(described(session, stream))), None)
        if table is None or table.unreadable():
            raise SourceError(
                table.unreadable() if table else f"{self.location}: {stream} is gone, or the user may not read it.",
                hint="" if table else "Discover the connection again, or GRANT SELECT to the user.",
                reason="UNSUPPORTED_COLUMN_TYPE" if table else "SOURCE_CHANGED",
            )
        return table

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator[PostgresRead]:
        """Open one table: what changed since the cursor where that can be told, else all."""
        with self._sessions.control(stream) as session:
            table = self._table(session, stream)
            if self._most:
                schema = table.stream_schema(self._settings.cursors.get(stream))
                yield First(table, schema, partial(self._sessions.reader, stream), self._most)
                return
            begun = self.follower.begin(session, table, cursor)
            # Where the log tells of changes no column does: a row may change without it.
            schema = table.stream_schema("" if begun else self._settings.cursors.get(stream))
            if isinstance(begun, Changes):
                yield Followed(table, schema, self._sessions, session, begun, {"slot": self.follower.name})
                return
            with _snapshot(session) as (snapshot, now):
                yield self._opened(table, schema, snapshot, now, begun, cursor)

    @contextmanager
    def read_span(self, stream: str, span: Span, place: Json, known: StreamSchema | None) -> Iterator[SpanRead]:
        """Open what of one table lies in a range of its cursor column, or of its key where that is a number."""
        with self._sessions.control(stream) as session:
            table = self._table(session, stream)
            schema = table.stream_schema(self._settings.cursors.get(stream))
            with _snapshot(session) as (snapshot, _):
                yield SpanRead(table, schema, partial(self._sessions.table_reader, table, snapshot), span, place)

    def _opened(
        self, table: CatalogTable, schema: StreamSchema, snapshot: str, now: datetime, begun: Json, cursor: Json
    ) -> PostgresRead:
        reader = partial(self._sessions.table_reader, table, snapshot)
        if begun:
            return Whole(table, schema, reader, None, begun)
        lag = timedelta(seconds=self._settings.cursor_lag_seconds)
        column = Column(schema.cursor, now, lag) if schema.cursor else None
        after = Column.above(schema, cursor, now)
        if column is not None and after is not None:
            return Above(table, schema, reader, column, cursor, after)
        return Whole(table, schema, reader, column, self._begun(table, schema.cursor, cursor))

    def _begun(self, table: CatalogTable, column: str, cursor: Json) -> Json:
        """The whole reading that the cursor stands in, if it was one by the same cursor column; else a new one."""
        saved = resumable(table, cursor)
        return saved if "slot" not in saved and saved.get("by", "") == column else {"by": column} if column else {}


@contextmanager
def _snapshot(holder: "Connection[Any]") -> Iterator[tuple[str, datetime]]:
    """An exported snapshot, kept for as long as the block, and the server's time in it."""
    with holder.transaction():
        holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        exported = holder.execute("SELECT pg_catalog.pg_export_snapshot(), pg_catalog.now()").fetchone()
        assert exported is not None
        yield exported
