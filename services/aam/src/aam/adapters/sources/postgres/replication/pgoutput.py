"""Messages of PostgreSQL's `pgoutput` plugin, protocol version 1.

https://www.postgresql.org/docs/current/protocol-logicalrep-message-formats.html
"""

import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum


class Missing(Enum):
    """A value that the message does not carry: it is stored out of line (TOAST) and did not change."""

    UNCHANGED = "unchanged"


Value = str | None | Missing
Tuple = tuple[Value, ...]


@dataclass(frozen=True)
class Begin:
    """A transaction begins; `lsn` is where its commit stands."""

    lsn: int
    xid: int


@dataclass(frozen=True)
class Commit:
    """The transaction ends; what comes after `end` is not of it."""

    lsn: int
    end: int


@dataclass(frozen=True)
class RelationColumn:
    """A column; `key` tells whether it is part of the replica identity."""

    name: str
    type: int
    modifier: int
    key: bool


@dataclass(frozen=True)
class Relation:
    """The shape of a table, sent before its first row and again before the first row of another shape."""

    id: int
    schema: str
    name: str
    identity: str
    columns: tuple[RelationColumn, ...]


@dataclass(frozen=True)
class Insert:
    """A new row."""

    relation: int
    new: Tuple


@dataclass(frozen=True)
class Update:
    """A row as it is now; `old` has the key's columns where the key changed, or the whole row before; else None."""

    relation: int
    old: Tuple | None
    new: Tuple


@dataclass(frozen=True)
class Delete:
    """A row that is gone; `old` has at least the key's columns."""

    relation: int
    old: Tuple


@dataclass(frozen=True)
class Truncate:
    """Tables that were emptied."""

    relations: tuple[int, ...]


@dataclass(frozen=True)
class Other:
    """A message that says nothing of rows: Type, Origin, Message, or one of a later version."""

    kind: str


Message = Begin | Commit | Relation | Insert | Update | Delete | Truncate | Other


class Malformed(ValueError):
    """The bytes are no message of this protocol."""


def decode(payload: bytes) -> Message:
    """One message; raises `Malformed`."""
    try:
        return _decoded(payload)
    except (struct.error, ValueError, IndexError) as error:
        raise Malformed(f"a message of {len(payload)} bytes cannot be read: {payload[:16].hex()}") from error


def relation_of(payload: bytes) -> int:
    """The table's id of an Insert, Update or Delete message, without decoding the rest."""
    return int.from_bytes(payload[1:5], "big")


def _decoded(payload: bytes) -> Message:
    kind = chr(payload[0])
    read = READERS.get(kind)
    return read(payload) if read is not None else Other(kind)


def _begin(payload: bytes) -> Begin:
    lsn, _, xid = struct.unpack_from(">QqI", payload, 1)
    return Begin(lsn, xid)


def _commit(payload: bytes) -> Commit:
    _, lsn, end, _ = struct.unpack_from(">BQQq", payload, 1)
    return Commit(lsn, end)


def _insert(payload: bytes) -> Insert:
    _expect(payload, 5, "N")
    return Insert(relation_of(payload), _tuple(payload, 6)[0])


def _update(payload: bytes) -> Update:
    old, start = (None, 5) if payload[5:6] == b"N" else _old(payload)
    _expect(payload, start, "N")
    return Update(relation_of(payload), old, _tuple(payload, start + 1)[0])


def _delete(payload: bytes) -> Delete:
    return Delete(relation_of(payload), _old(payload)[0])


def _truncate(payload: bytes) -> Truncate:
    count, _ = struct.unpack_from(">IB", payload, 1)
    return Truncate(struct.unpack_from(f">{count}I", payload, 6))


def _expect(payload: bytes, place: int, kinds: str) -> None:
    if chr(payload[place]) not in kinds:
        raise Malformed(f"a tuple of the unknown kind {payload[place]}")


def _old(payload: bytes) -> tuple[Tuple, int]:
    _expect(payload, 5, "KO")
    return _tuple(payload, 6)


def _tuple(payload: bytes, start: int) -> tuple[Tuple, int]:
    """The values that begin at `start`, and where they end."""
    (count,) = struct.unpack_from(">H", payload, start)
    place = start + 2
    values: list[Value] = []
    for _ in range(count):
        kind = payload[place]
        place += 1
        if kind == 0x74:  # t: a text
            (length,) = struct.unpack_from(">I", payload, place)
            place += 4
            if place + length > len(payload):
                raise Malformed("a value goes on beyond its message")
            values.append(payload[place : place + length].decode())
            place += length
        elif kind == 0x6E:  # n: null
            values.append(None)
        elif kind == 0x75:  # u: unchanged
            values.append(Missing.UNCHANGED)
        else:
            raise Malformed(f"a value of the unknown kind {kind}")
    return tuple(values), place


def _relation(payload: bytes) -> Relation:
    schema, place = _text(payload, 5)
    name, place = _text(payload, place)
    identity = chr(payload[place])
    (count,) = struct.unpack_from(">H", payload, place + 1)
    place += 3
    columns = []
    for _ in range(count):
        flags = payload[place]
        column, place = _text(payload, place + 1)
        kind, modifier = struct.unpack_from(">Ii", payload, place)
        place += 8
        columns.append(RelationColumn(column, kind, modifier, bool(flags & 1)))
    return Relation(relation_of(payload), schema or "pg_catalog", name, identity, tuple(columns))


def _text(payload: bytes, start: int) -> tuple[str, int]:
    end = payload.index(0, start)
    return payload[start:end].decode(), end + 1


READERS: Mapping[str, Callable[[bytes], Message]] = {
    "B": _begin,
    "C": _commit,
    "R": _relation,
    "I": _insert,
    "U": _update,
    "D": _delete,
    "T": _truncate,
}
