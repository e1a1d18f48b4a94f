"""Documents read column by column: many at once, as long as they list the same names in the same order.

A `Layout` is such an order of names. Names that a document lacks are passed over, and the type of a value may differ
from document to document; a document that has other names, or these in another order, is left to who reads documents
one by one, and so is one that is malformed. Sizes of values after the BSON specification, version 1.1
(https://bsonspec.org/spec.html).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from struct import Struct
from typing import Any

import bson
import numpy as np
import numpy.typing as npt
from bson.errors import InvalidBSON

from aam.adapters.sources.mongo.client import CODEC

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]

DOUBLE, STRING, OBJECT, ARRAY, BINARY, OBJECTID, BOOL, TIME, NULL = 0x01, 0x02, 0x03, 0x04, 0x05, 0x07, 0x08, 0x09, 0x0A
INT32, INT64, DECIMAL = 0x10, 0x12, 0x13
ABSENT = 0
"""No value's type: the byte stands for the end of a document."""

FIXED: Mapping[int, int] = {
    ABSENT: 0, NULL: 0, BOOL: 1, INT32: 4, DOUBLE: 8, TIME: 8, INT64: 8, 0x11: 8, OBJECTID: 12, DECIMAL: 16,
    0xFF: 0, 0x7F: 0,
}  # fmt: skip
"""Bytes of a value by its type."""
COUNTED: Mapping[int, int] = {STRING: 4, OBJECT: 0, ARRAY: 0, BINARY: 5, 0x0D: 4}
"""Types whose values begin with a length, and how many bytes it leaves out."""
LEAST: Mapping[int, int] = {BINARY: 0, STRING: 1, 0x0D: 1}
"""What is counted at least; of documents and arrays, `SMALLEST`."""
length_at = Struct("<i").unpack_from
"""The length that stands at a place."""
UNKNOWN = -1
SMALLEST = 5
"""Bytes of a document without values."""
MOST_NAMES = 1_000
"""In one level of a layout."""
SAMPLE = 32
"""Documents that a layout is learned from."""
PAD = 64
"""Bytes behind the documents, so that what is compared in words ends inside."""


class Documents:
    """Documents in a server's answer, and where each begins and has its last byte."""

    def __init__(self, raw: bytes, starts: Sequence[int]) -> None:
        """The documents must lie inside `raw`."""
        self.raw = raw
        self.starts = np.array(starts, np.int64)
        self._bytes = np.frombuffer(raw, np.uint8)
        self.ends: Ints = self.starts + self.view("<i4")[self.starts] - 1 if len(starts) else self.starts
        if len(starts) and int(self.ends[-1]) + PAD >= len(raw):
            self._bytes = np.frombuffer(raw + bytes(PAD), np.uint8)

    @classmethod
    def listed(cls, raws: Iterable[bytes]) -> "Documents":
        """Documents from the BSON of each."""
        every = list(raws)
        return cls(b"".join(every), [0, *accumulate(map(len, every[:-1]))] if every else [])

    def __len__(self) -> int:
        return len(self.starts)

    @property
    def size(self) -> int:
        """How many bytes they have."""
        return int((self.ends - self.starts).sum()) + len(self)

    def view(self, kind: str) -> npt.NDArray[Any]:
        """A value of a numpy type at every place of the documents."""
        size = np.dtype(kind).itemsize
        return np.ndarray((len(self._bytes) - size + 1,), kind, self._bytes, strides=(1,))

    def between(self, first: int, end: int) -> "Documents":
        """Some of them, one after the other."""
        return Documents(self.raw, self.starts[first:end].tolist())

    def one(self, place: int) -> bytes:
        """The BSON of one document."""
        return self.raw[self.starts[place] : self.ends[place] + 1]

    def some(self, places: Iterable[int]) -> list[dict[str, Any]]:
        """Documents as values; raises the driver's errors."""
        return bson.decode_all(b"".join(map(self.one, places)), CODEC)


def size_of(kind: int, raw: bytes, at: int) -> int:
    """The size of the value at a place; raises `InvalidBSON` where its type is unknown."""
    size = length_at(raw, at)[0] + COUNTED[kind] if kind in COUNTED else FIXED.get(kind, UNKNOWN)
    if size < 0:
        raise InvalidBSON(f"a value of the type {kind}")
    return size


@dataclass
class Column:
    """Where a column's value is in each document, its type (`ABSENT` where there is none) and its size in bytes."""

    places: Ints
    types: Bytes
    sizes: Ints
    alike: int | None
    """The type of all, where they have one."""

    @property
    def told(self) -> Bools:
        """Where there is a value that is not null."""
        told: Bools = (self.types != ABSENT) & (self.types != NULL)
        return told

    def only(self, kept: Bools) -> "Column":
        """The same of those documents."""
        if kept.all():
            return self
        return Column(self.places[kept], self.types[kept], self.sizes[kept], self.alike)


@dataclass(eq=False)
class Layout:
    """Names in their order: each a column's position, the layout of the documents nested there, or None for null."""

    names: dict[str, "int | Layout | None"] = field(default_factory=dict)

    def learn(self, document: Mapping[str, Any], tree: Mapping[str, Any]) -> None:
        """Enter names that are not known yet, each behind the one it follows; `tree` has the columns' positions."""
        order = list(self.names)
        at = 0
        for name, value in document.items():
            if name in self.names:
                at = order.index(name) + 1
            elif len(order) < MOST_NAMES and not name.startswith("$"):  # what looks like a reference is one
                known = tree.get(name)
                self.names[name] = Layout() if isinstance(known, dict) else known
                order.insert(at, name)
                at += 1
            inner = self.names.get(name)
            if isinstance(inner, Layout) and isinstance(value, dict):
                inner.learn(value, tree[name])
        self.names = {name: self.names[name] for name in order}

    def read(self, documents: Documents, which: Ints) -> "Reading":
        """Where the columns' values are in those of the documents that have this layout."""
        reading = Reading(documents, which)
        reading.read(self)
        return reading


class Reading:
    """A layout held against documents; `fits` tells which of them have it."""

    def __init__(self, documents: Documents, which: Ints) -> None:
        self.columns: dict[int, Column] = {}
        self._documents = documents
        self._bytes, self._lengths = documents.view("u1"), documents.view("<i4")
        self._begin, self._end = documents.starts[which], documents.ends[which]
        self.fits: Bools = self._bytes[self._end] == 0

    def read(self, layout: Layout) -> None:
        """Go through all names."""
        at = self._level(layout, self._begin + 4, self._end, None)
        self.fits &= at == self._end

    def _level(self, layout: Layout, at: Ints, end: Ints, inside: Bools | None) -> Ints:
        """Go through the names of one level, for documents that are `inside` it; returns where each then stands."""
        for name, known in layout.names.items():
            header = name.encode(errors="surrogateescape") + b"\0"
            column, found = self._column(header, at, end, inside)
            after = column.places + column.sizes
            if isinstance(known, Layout):
                self._enter(known, column.types, column.places, after)
            elif known is None:
                self.fits &= ~column.told
            else:
                self.columns[known] = column
            at = after if found is None else np.where(found, after, at)
        return at

    def _column(self, header: bytes, at: Ints, end: Ints, inside: Bools | None) -> tuple[Column, Bools | None]:
        """The values of a name, and which documents have it next; None for all."""
        kind, places = int(self._bytes[at[0]]), at + (1 + len(header))
        if inside is None and kind != ABSENT:
            there, lengths = self._is_there(bytes([kind]) + header, at)
            if there.all():
                sizes = self._within(_sizes(kind, lengths), places, end)
                return Column(places, np.full(len(at), kind, np.uint8), sizes, kind), None
        found = self._is_there(header, at + 1)[0] & (self._bytes[at] != ABSENT)
        if inside is not None:
            found &= inside
        types = np.where(found, self._bytes[at], ABSENT)
        sizes = np.zeros(len(at), np.int64)
        for other in np.unique(types[found]).tolist():
            those = types == other
            lengths = self._lengths[places[those]]
            sizes[those] = self._within(_sizes(other, lengths), places[those], end[those], those)
        return Column(places, types, sizes, None), found

    def _enter(self, layout: Layout, types: Bytes, places: Ints, after: Ints) -> None:
        """The documents nested in one name; what is neither one nor null has no place in the columns."""
        nested = types == OBJECT
        self.fits &= nested | (types == NULL) | (types == ABSENT)
        nested &= self.fits
        if not nested.any():
            nested = np.zeros(len(types), np.bool_)
        end = np.where(nested, after - 1, self._end)
        at = self._level(layout, np.where(nested, places + 4, self._end), end, nested)
        self.fits &= ~nested | ((at == end) & (self._bytes[end] == 0))

    def _is_there(self, text: bytes, at: Ints) -> tuple[Bools, npt.NDArray[np.int32]]:
        """Tell where the text stands at its place, and the number behind it there, with one look at each place."""
        size, width = len(text), -(-(len(text) + 4) // 8) * 8
        view = self._documents.view(f"V{width}")
        last = len(view) - 1
        beyond = int(at.max()) > last  # a name may be longer than what is left
        seen = view[np.minimum(at, last) if beyond else at]
        words = seen.view("<u8").reshape(len(at), width // 8)
        same = at <= last if beyond else np.ones(len(at), np.bool_)
        for place in range(0, size, 8):
            part, word = text[place : place + 8], words[:, place // 8]
            known = np.uint64(int.from_bytes(part, "little"))
            same &= (word if len(part) == 8 else word & np.uint64((1 << 8 * len(part)) - 1)) == known
        return same, np.ndarray((len(at),), "<i4", seen, size, (width,))

    def _within(self, sizes: Ints, places: Ints, end: Ints, those: Bools | None = None) -> Ints:
        """The sizes; 0 where one is unknown or would end beyond its document, which then does not fit."""
        good = (sizes >= 0) & (places + sizes <= end)
        if not good.all():
            sizes = np.where(good, sizes, 0)
            if those is None:
                self.fits &= good
            else:
                self.fits[np.flatnonzero(those)[~good]] = False
        return sizes


def _sizes(kind: int, lengths: npt.NDArray[np.int32]) -> Ints:
    """The sizes of values of a type, before each of which, or in whose place, stands a length."""
    if kind not in COUNTED:
        return np.full(len(lengths), FIXED.get(kind, UNKNOWN), np.int64)
    sizes = lengths.astype(np.int64) + COUNTED[kind]
    sizes[lengths < LEAST.get(kind, SMALLEST)] = UNKNOWN
    return sizes


def learned(documents: Documents, which: Ints, tree: Mapping[str, Any]) -> Layout:
    """The layout of a sample of the documents."""
    layout = Layout()
    chosen: Sequence[int] = which[np.linspace(0, len(which) - 1, min(SAMPLE, len(which)), dtype=np.int64)].tolist()
    for document in documents.some(chosen):
        layout.learn(document, tree)
    return layout
