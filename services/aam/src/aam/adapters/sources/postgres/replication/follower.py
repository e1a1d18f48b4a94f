"""Decides how a table is read where replication is wanted, and keeps the slot within its bounds."""

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from aam.adapters.sources.postgres.catalog import CatalogTable
from aam.adapters.sources.postgres.cursors import unsealed
from aam.adapters.sources.postgres.keys import ordered
from aam.adapters.sources.postgres.replication.drain import Changes, Drain, Lost
from aam.adapters.sources.postgres.replication.slot import Slot, SlotState
from aam.adapters.sources.postgres.replication.wire import stream
from aam.adapters.sources.postgres.sessions import Sessions
from aam.adapters.sources.postgres.settings import PostgresSettings
from aam.domain.errors import SourceError
from aam.ports import Credentials, Json

if TYPE_CHECKING:
    from psycopg import Connection

log = logging.getLogger(__name__)

PLACE = "at "
"""What the position of each stream stands under in the connection's session."""


@dataclass(frozen=True)
class SlotReport:
    """The slot as its owner should see it: its lag in bytes, and what is to be known about it."""

    name: str
    lag: int
    warning: str = ""


class Follower:
    """Follows the tables of one connection; `credentials` keep how far each stream has been saved."""

    def __init__(self, settings: PostgresSettings, sessions: Sessions, credentials: Credentials | None) -> None:
        self._settings, self._sessions, self._credentials = settings, sessions, credentials
        self.name = settings.replication_name

    def check(self) -> None:
        """Raise where replication is required and not possible."""
        if self._settings.replication == "required":
            with self._sessions.control("the replication slot") as session:
                self._refuse(Slot(session, self.name).obstacle(self._settings.port))

    def begin(self, session: "Connection[Any]", table: CatalogTable, cursor: Json) -> Json | Changes:
        """What changed since the cursor, the place of a whole reading to begin or go on with, or empty: not followed.

        A table without a readable primary key, or whose replica identity is not its key or the whole row, is not.
        """
        if self._settings.replication == "off" or not self._followable(table):
            return {}
        slot = Slot(session, self.name)
        obstacle = slot.obstacle(self._settings.port)
        if obstacle:
            self._refuse(obstacle)
            log.info("%s is read without replication: %s", table.stream, obstacle)
            return {}
        return self._begun(slot, table, cursor)

    def _begun(self, slot: Slot, table: CatalogTable, cursor: Json) -> Json | Changes:
        state, saved = self._bounded(slot), unsealed(table, cursor)
        known = state is not None and saved.get("slot") == self.name and slot.covers(table)
        if state is not None and known and state.confirmed <= saved["lsn"] <= slot.now():
            if "load" in saved:
                return saved
            try:
                return self._drained(slot, table, saved["lsn"])
            except Lost as error:
                log.info("%s is read whole: %s", table.stream, error)
        try:
            lsn = slot.prepare(table)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ConfigurationLimitExceeded) as error:
            self._refuse(f"slot and publication {self.name} cannot be made ({error.diag.message_primary})")
            log.info("%s is read without replication: %s", table.stream, error)
            return {}
        self._acknowledge(table, lsn)
        return {"slot": self.name, "lsn": lsn}

    def _drained(self, slot: Slot, table: CatalogTable, lsn: int) -> Changes:
        """Acknowledge what is saved of every stream, then take what was committed up to now."""
        flushed, target = self._acknowledge(table, lsn), slot.now()
        with stream(self._sessions.url(), self.name, lsn, flushed) as changes:
            return Drain(table, lsn).run(changes, target)

    def _acknowledge(self, table: CatalogTable, lsn: int) -> int:
        """The position that every stream has saved, this one's included; 0 where nobody keeps count."""
        if self._credentials is None:
            return 0
        name, stored = PLACE + table.stream, self._credentials.session()
        while stored.get(name) != str(lsn):
            stored = self._credentials.renew(stored, lambda found: {**found, name: str(lsn)})
        return min(int(place) for one, place in stored.items() if one.startswith(PLACE))

    def _bounded(self, slot: Slot) -> SlotState | None:
        """The slot's state; a slot that is lost or holds more of the log than it may is dropped."""
        state = slot.state()
        if state is None:
            return None
        if state.lost or state.lag > self._settings.slot_drop_mb << 20:
            log.warning("slot %s held %d MB of the source's log and was dropped", self.name, state.lag >> 20)
            slot.drop()
            if self._credentials is not None:
                stored = self._credentials.session()
                self._credentials.renew(stored, lambda _: {})
            return None
        if state.lag > self._settings.slot_warn_mb << 20:
            log.warning("slot %s holds %d MB of the source's log", self.name, state.lag >> 20)
        return state

    def _followable(self, table: CatalogTable) -> bool:
        return table.kind == "r" and table.identity in ("d", "f") and ordered(table)

    def report(self) -> SlotReport | None:
        """The slot's lag, with a warning when it is above `slot_warn_mb`; None when there is no slot."""
        with self._sessions.control("the replication slot") as session:
            state = Slot(session, self.name).state()
        if state is None:
            return None
        warning = ""
        if state.lost or state.lag > self._settings.slot_warn_mb << 20:
            limit = self._settings.slot_drop_mb
            warning = (
                f"The slot {self.name} holds {state.lag >> 20} MB of the source's log. "
                f"Sync more often; beyond {limit} MB it is dropped, and everything is read again."
            )
        return SlotReport(self.name, state.lag, warning)

    def release(self) -> None:
        """Drop the slot and the publication, as when the connection ends."""
        with self._sessions.control("the replication slot") as session:
            Slot(session, self.name).release()

    def _refuse(self, obstacle: str) -> None:
        if obstacle and self._settings.replication == "required":
            raise SourceError(
                f"{self._sessions.location}: replication is not possible: {obstacle}.",
                hint="Put that right, make slot and publication yourself (see the connector's description), or choose "
                "another `replication`.",
                reason="REPLICATION_UNAVAILABLE",
            )
