"""The keys of the rows that changed in a table since a position, from the replication stream, up to another one."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from aam.adapters.sources.postgres.catalog import CatalogTable
from aam.adapters.sources.postgres.replication.pgoutput import (
    Begin,
    Commit,
    Delete,
    Insert,
    Relation,
    Truncate,
    Tuple,
    Update,
    decode,
    relation_of,
)
from aam.adapters.sources.postgres.replication.wire import Change, Reached, Stream
from aam.domain.errors import Fault, SourceError

MAX_KEYS = 200_000
"""Changed rows of one reading, after which it ends with the transaction; what is beyond comes with the next."""
MAX_AT_ONCE = 1_000_000
"""Changed rows of one transaction, beyond which reading the whole table is cheaper."""
SILENT_SECONDS = 60.0


class Lost(Exception):
    """The position leads nowhere, or reading the whole table is the way on."""


@dataclass
class Changes:
    """Keys of changed rows as texts, in the order of their first change, and the position after them.

    `xids` are the transactions: their changes are told a moment before others can see them.
    """

    keys: dict[tuple[str, ...], None] = field(default_factory=dict)
    xids: set[int] = field(default_factory=set)
    lsn: int = 0


class Drain:
    """Takes what concerns one table."""

    def __init__(self, table: CatalogTable, start: int) -> None:
        self._table, self._relation = table, -1
        self._places: tuple[int, ...] = ()
        self._taken = Changes(lsn=start)
        self._xid = 0

    def run(self, stream: Stream, target: int) -> Changes:
        """Everything committed before the target, or the first `MAX_KEYS` of it."""
        taken, heard = self._taken, time.monotonic()
        for event in stream:
            if event is None:
                if time.monotonic() - heard > SILENT_SECONDS:
                    raise _silent()
                continue
            heard = time.monotonic()
            if isinstance(event, Reached):
                if event.lsn >= target:
                    taken.lsn = max(taken.lsn, target)
                    return taken
            elif self._take(event) and (taken.lsn >= target or len(taken.keys) >= MAX_KEYS):
                return taken
        return taken

    def _take(self, change: Change) -> bool:
        """Tell whether a transaction has ended."""
        payload = change.payload
        if payload[:1] in (b"I", b"U", b"D") and relation_of(payload) != self._relation:
            return False
        match decode(payload):
            case Begin(_, xid):
                self._xid = xid
            case Commit(_, end):
                self._taken.lsn = max(self._taken.lsn, end)
                return True
            case Relation() as relation:
                self._learn(relation)
            case Truncate(relations) if self._relation in relations:
                raise Lost("the table was emptied")
            case Insert(_, new):
                self._add(new)
            case Update(_, old, new):
                self._add(new, old)
            case Delete(_, old):
                self._add(old)
        return False

    def _learn(self, relation: Relation) -> None:
        if (relation.schema, relation.name) == (self._table.schema, self._table.name):
            names = [column.name for column in relation.columns]
            wanted = [one.column.name for one in self._table.key]
            if not set(wanted) <= {column.name for column in relation.columns if column.key}:
                raise Lost("the table had another key")
            self._relation, self._places = relation.id, tuple(names.index(name) for name in wanted)
        elif relation.id == self._relation:
            raise Lost("the table had another name")

    def _add(self, *rows: Tuple | None) -> None:
        self._taken.xids.add(self._xid)
        for key in self._keys(rows):
            self._taken.keys[key] = None
        if len(self._taken.keys) > MAX_AT_ONCE:
            raise Lost("too many rows changed at once")

    def _keys(self, rows: tuple[Tuple | None, ...]) -> Iterator[tuple[str, ...]]:
        """The key of each row; a changed key gives both, of which one is gone."""
        for row in rows:
            if row is not None:
                key = tuple(value for value in (row[place] for place in self._places) if isinstance(value, str))
                if len(key) != len(self._places):
                    raise Lost("a key is not told")
                yield key


def _silent() -> SourceError:
    return SourceError(
        f"The server has sent nothing of its log for {SILENT_SECONDS:.0f} seconds.",
        hint="Sync again; if it stays so, look at pg_stat_replication of the source.",
        fault=Fault.TRANSIENT,
        reason="SOURCE_UNREACHABLE",
    )
