"""The publication and the slot of a connection: all that is ever made at a source, and how it is bounded.

Every statement of the connector that changes anything at the source stands in this file.
"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aam.adapters.sources.postgres.catalog import CatalogTable, quoted
from aam.domain.errors import Fault, SourceError

if TYPE_CHECKING:
    from psycopg import Connection

OPEN_SECONDS = 60.0
"""How long transactions that are open when a slot begins are waited for."""
POLL_SECONDS = 0.01

STATE_SQL = """
SELECT (s.confirmed_flush_lsn - '0/0')::int8 AS confirmed, coalesce((f.lsn - s.restart_lsn)::int8, 0) AS lag,
       s.restart_lsn IS NULL OR coalesce(pg_catalog.to_jsonb(s)->>'wal_status', '') = 'lost' AS lost
FROM pg_catalog.pg_replication_slots s, (SELECT pg_catalog.pg_current_wal_flush_lsn() AS lsn) f
WHERE s.slot_name = %s AND s.plugin = 'pgoutput' AND s.database = pg_catalog.current_database()
"""
COVERS_SQL = """
SELECT p.pubinsert AND p.pubupdate AND p.pubdelete AND p.pubtruncate
   AND pg_catalog.to_jsonb(t)->>'rowfilter' IS NULL
FROM pg_catalog.pg_publication_tables t JOIN pg_catalog.pg_publication p USING (pubname)
WHERE t.pubname = %s AND t.schemaname = %s AND t.tablename = %s
"""
SERVER_SQL = """
SELECT pg_catalog.pg_is_in_recovery() AS standby, pg_catalog.current_setting('wal_level') AS wal_level,
       r.rolreplication OR r.rolsuper AS allowed, pg_catalog.pg_backend_pid() AS pid
FROM pg_catalog.pg_roles r WHERE r.rolname = current_user
"""


@dataclass(frozen=True)
class SlotState:
    """A slot: it has what was committed at `confirmed` or later; `lag` bytes of the log are kept for it."""

    confirmed: int
    lag: int
    lost: bool


@dataclass(frozen=True)
class Slot:
    """A slot and a publication of the same name, seen through one session."""

    session: "Connection[Any]"
    name: str

    def obstacle(self, port: int) -> str:
        """Why the server or the way to it allows no replication; empty when it does."""
        found = self.session.execute(SERVER_SQL).fetchone()
        standby, wal_level, allowed, pid = found if found is not None else (False, "?", False, 0)
        if pid != self.session.info.backend_pid or port == 6543:
            return (
                "the connection goes through a pooler, and replication needs a direct one "
                "(Supabase: db.<project>.supabase.co at port 5432, not the pooler at 6543)"
            )
        if standby:
            return "the server is a standby; connect to its primary"
        if wal_level != "logical":
            return f"wal_level is {wal_level}; set it to logical and restart the server"
        return "" if allowed else "the user has no right to replicate; run ALTER ROLE … REPLICATION"

    def now(self) -> int:
        """The position up to which everything committed is on the server's disk."""
        found = self.session.execute("SELECT (pg_catalog.pg_current_wal_flush_lsn() - '0/0')::int8").fetchone()
        assert found is not None
        return int(found[0])

    def state(self) -> SlotState | None:
        """The slot, if there is one of this database."""
        found = self.session.execute(STATE_SQL, [self.name]).fetchone()
        return SlotState(*found) if found is not None else None

    def covers(self, table: CatalogTable) -> bool:
        """Tell whether the publication tells of every change of the table."""
        found = self.session.execute(COVERS_SQL, [self.name, table.schema, table.name]).fetchone()
        return found is not None and bool(found[0])

    def prepare(self, table: CatalogTable) -> int:
        """Make what is missing; return a position that lies before every change that no later snapshot holds.

        The publication first: a slot tells of a table from where it was published on. Transactions that were open then
        are waited for: their earlier changes would not be told.
        """
        run, name = self.session.execute, quoted(self.name)
        run("SELECT pg_catalog.pg_advisory_lock(pg_catalog.hashtext(%s))", [self.name])
        try:
            if not run("SELECT 1 FROM pg_catalog.pg_publication WHERE pubname = %s", [self.name]).fetchone():
                run(f"CREATE PUBLICATION {name}".encode())
            if not self.covers(table):
                run(f"ALTER PUBLICATION {name} ADD TABLE {quoted(table.schema)}.{quoted(table.name)}".encode())
            if self.state() is None:
                run("SELECT pg_catalog.pg_create_logical_replication_slot(%s, 'pgoutput')", [self.name])
        finally:
            run("SELECT pg_catalog.pg_advisory_unlock(pg_catalog.hashtext(%s))", [self.name])
        start = self.now()
        self._await_open()
        return start

    def _await_open(self) -> None:
        """Wait until every transaction that is open now has ended."""
        found = self.session.execute("SELECT pg_catalog.txid_snapshot_xmax(pg_catalog.txid_current_snapshot())")
        (last,) = found.fetchone() or (0,)
        deadline = time.monotonic() + OPEN_SECONDS
        while time.monotonic() < deadline:
            found = self.session.execute("SELECT pg_catalog.txid_snapshot_xmin(pg_catalog.txid_current_snapshot())")
            (oldest,) = found.fetchone() or (0,)
            if oldest >= last:
                return
            time.sleep(POLL_SECONDS)
        raise SourceError(
            f"A transaction of the source has been open for more than {OPEN_SECONDS:.0f} seconds.",
            hint="End it (see pg_stat_activity), then sync again: a table is followed once its writers have ended.",
            fault=Fault.TRANSIENT,
            reason="SOURCE_TRANSACTION_OPEN",
        )

    def drop(self) -> None:
        """Drop the slot, whoever reads from it; what was not read then comes with a whole reading."""
        held = "SELECT active_pid FROM pg_catalog.pg_replication_slots WHERE slot_name = %s AND active_pid IS NOT NULL"
        for (pid,) in self.session.execute(held, [self.name]).fetchall():
            self.session.execute("SELECT pg_catalog.pg_terminate_backend(%s)", [pid])
        deadline = time.monotonic() + OPEN_SECONDS
        while self.session.execute(held, [self.name]).fetchone() and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        there = "FROM pg_catalog.pg_replication_slots WHERE slot_name = %s"
        self.session.execute(f"SELECT pg_catalog.pg_drop_replication_slot(slot_name) {there}".encode(), [self.name])

    def release(self) -> None:
        """Drop the slot and the publication."""
        self.drop()
        self.session.execute(f"DROP PUBLICATION IF EXISTS {quoted(self.name)}".encode())
