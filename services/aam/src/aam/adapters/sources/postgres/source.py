"""PostgreSQL tables and views as streams, read straight into Arrow inside read-only snapshots."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial

from aos_common.egress import Egress

from aam.adapters.sources.postgres.catalog import COLUMNS_SQL, CatalogTable, tables
from aam.adapters.sources.postgres.reading import Above, Column, PostgresRead, Whole, resumable
from aam.adapters.sources.postgres.replication.drain import Changes
from aam.adapters.sources.postgres.replication.followed import Followed
from aam.adapters.sources.postgres.replication.follower import Follower
from aam.adapters.sources.postgres.sessions import Sessions
from aam.adapters.sources.postgres.settings import PostgresSettings
from aam.domain.errors import SourceError
from aam.ports import Credentials, DiscoveredStream, Json


class PostgresSource:
    """Reads tables and views; every session that reads is read-only and every reading is one snapshot."""

    def __init__(self, settings: PostgresSettings, egress: Egress, credentials: Credentials | None = None) -> None:
        self._settings = settings
        self._sessions = Sessions(settings, egress)
        self.follower = Follower(settings, self._sessions, credentials)
        self.location = self._sessions.location

    def check(self) -> None:
        """Raise unless the server accepts the user."""
        with self._sessions.reader("the database") as cursor:
            cursor.execute("SELECT 1")
            cursor.fetchall()
        self.follower.check()

    def discover(self) -> list[DiscoveredStream]:
        """Every table and view the user may read; one with an unreadable column is listed with its error."""
        cursors = self._settings.cursors
        return [table.discovered(cursors.get(table.stream)) for table in self._tables()]

    def _tables(self) -> list[CatalogTable]:
        settings = self._settings
        with self._sessions.reader("the catalogue") as cursor:
            cursor.execute(COLUMNS_SQL)
            found = tables(cursor.fetch_arrow_table().to_pylist())
        return [
            table.without(settings.exclude_columns.get(table.stream, ()))
            for table in found
            if not settings.schemas or table.schema in settings.schemas
        ]

    def _table(self, stream: str) -> CatalogTable:
        table = next((table for table in self._tables() if table.stream == stream), None)
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
        table = self._table(stream)
        begun = self.follower.begin(table, cursor)
        # Where the log tells of changes no column does: a row may change without it.
        schema = table.stream_schema("" if begun else self._settings.cursors.get(stream))
        if isinstance(begun, Changes):
            yield Followed(table, schema, self._sessions, begun, {"slot": self.follower.name})
            return
        with self._snapshot(stream) as (snapshot, now):
            reader = partial(self._sessions.reader, stream, snapshot)
            lag = timedelta(seconds=self._settings.cursor_lag_seconds)
            column = Column(schema.cursor, now, lag) if schema.cursor else None
            after = Column.above(schema, cursor, now)
            if begun:
                yield Whole(table, schema, reader, None, begun)
            elif column is not None and after is not None:
                yield Above(table, schema, reader, column, cursor, after)
            else:
                yield Whole(table, schema, reader, column, self._begun(table, schema.cursor, cursor))

    def _begun(self, table: CatalogTable, column: str, cursor: Json) -> Json:
        """The whole reading that the cursor stands in, if it was one by the same cursor column; else a new one."""
        saved = resumable(table, cursor)
        return saved if "slot" not in saved and saved.get("by", "") == column else {"by": column} if column else {}

    @contextmanager
    def _snapshot(self, stream: str) -> Iterator[tuple[str, datetime]]:
        """An exported snapshot, kept for as long as the block, and the server's time in it."""
        with self._sessions.control(stream) as holder, holder.transaction():
            holder.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            exported = holder.execute("SELECT pg_catalog.pg_export_snapshot(), pg_catalog.now()").fetchone()
            assert exported is not None
            yield exported
