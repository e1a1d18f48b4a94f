"""Documents read column by column: many at once, as long as they list the same names in the same order.

A `Layout` is such an order of names. Names that a document lacks are passed over, and the type of a value may differ
from document to document; a document that has other names, or these in another order, is left to who reads documents
one by one, and so is one that is malformed. Sizes of values after the BSON specification, version 1.1
(https://bsonspec.org/spec.html).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
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
UNKNOWN = -1
SMALLEST = 5
"""Bytes of a document without values."""
SAMPLE = 32
"""Documents that a layout is learned from."""
PAD = 16
"""Bytes behind the documents, so that what is compared in words ends inside."""


class Documents:
    """Documents one after the other, and where each begins and ends."""

    def __init__(self, raw: bytes) -> None:
        """Raises the driver's `InvalidBSON` where the documents do not follow one another."""
        self.raw = raw
        self.starts = _starts(raw)
        self._padded = np.frombuffer(raw + bytes(PAD), np.uint8)

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def ends(self) -> Ints:
        """The place of each document's last byte."""
        return self.starts[1:] - 1

    def view(self, kind: str) -> npt.NDArray[Any]:
        """A value of a numpy type at every place of the documents."""
        size = np.dtype(kind).itemsize
        return np.ndarray((len(self._padded) - size + 1,), kind, self._padded, strides=(1,))

    def one(self, place: int) -> bytes:
        """The BSON of one document."""
        return self.raw[self.starts[place] : self.starts[place + 1]]

    def some(self, places: Iterable[int]) -> list[dict[str, Any]]:
        """Documents as values; raises the driver's errors."""
        return bson.decode_all(b"".join(self.one(place) for place in places), CODEC)


def joined(several: Sequence[Documents]) -> Documents:
    """All of them, in this order."""
    return several[0] if len(several) == 1 else Documents(b"".join(one.raw for one in several))


def _starts(raw: bytes) -> Ints:
    places, at, end = [0], 0, len(raw)
    while at < end:
        size = int.from_bytes(raw[at : at + 4], "little")
        at += size
        if size < SMALLEST or at > end:
            raise InvalidBSON(f"a document of {size} bytes begins at {places[-1]} of {end}")
        places.append(at)
    return np.array(places, np.int64)


@dataclass
class Column:
    """Where a column's value is in each document, its type (`ABSENT` where there is none) and its size in bytes."""

    places: Ints
    types: Bytes
    sizes: Ints

    @property
    def told(self) -> Bools:
        """Where there is a value that is not null."""
        told: Bools = (self.types != ABSENT) & (self.types != NULL)
        return told

    def only(self, kept: Bools) -> "Column":
        """The same of those documents."""
        return self if kept.all() else Column(self.places[kept], self.types[kept], self.sizes[kept])


@dataclass
class Layout:
    """Names in their order: each a column's position, or the layout of the documents nested there."""

    names: dict[str, "int | Layout"] = field(default_factory=dict)

    def learn(self, document: Mapping[str, Any], tree: Mapping[str, Any]) -> None:
        """Enter names that are not known yet, each behind the one it follows; `tree` has the columns' positions."""
        order = list(self.names)
        at = 0
        for name, value in document.items():
            if name in self.names:
                at = order.index(name) + 1
            elif name in tree and not name.startswith("$"):  # what looks like a reference is one to the driver
                known = tree[name]
                self.names[name] = known if type(known) is int else Layout()
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
        self._bytes, self._words = documents.view("u1"), documents.view("<u8")
        self._lengths = documents.view("<i4")
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
            found = self._is_next(header, at) & (self._bytes[at] != ABSENT)
            if inside is not None:
                found &= inside
            here = bool(found.all())
            types = self._bytes[at] if here else np.where(found, self._bytes[at], ABSENT)
            places = at + (1 + len(header))
            sizes = self._sizes(types, places, end)
            after = places + sizes
            if isinstance(known, Layout):
                self._enter(known, types, places, after)
            else:
                self.columns[known] = Column(places, types, sizes)
            at = after if here else np.where(found, after, at)
        return at

    def _enter(self, layout: Layout, types: Bytes, places: Ints, after: Ints) -> None:
        """The documents nested in one name; what is neither one nor null has no place in the columns."""
        nested = types == OBJECT
        self.fits &= nested | (types == NULL) | (types == ABSENT)
        if not nested.any():
            return
        nested &= self.fits
        end = np.where(nested, after - 1, self._end)
        begin = np.where(nested, places + 4, self._end)
        at = self._level(layout, begin, end, nested)
        self.fits &= ~nested | ((at == end) & (self._bytes[end] == 0))

    def _is_next(self, header: bytes, at: Ints) -> Bools:
        """Tell where a value of this name is next."""
        size = len(header)
        if size < 8:
            mask = np.uint64((1 << 8 * size) - 1)
            return (self._words[at + 1] & mask) == np.uint64(int.from_bytes(header, "little"))
        same: Bools | None = None
        for place in (*range(0, size - 8, 8), size - 8):
            word = np.uint64(int.from_bytes(header[place : place + 8], "little"))
            # A name may be longer than what is left of the documents: then the first words differ.
            equal = self._words[np.minimum(at + (1 + place), len(self._words) - 1)] == word
            same = equal if same is None else same & equal
        assert same is not None
        return same

    def _sizes(self, types: Bytes, places: Ints, end: Ints) -> Ints:
        """The sizes of values; 0 where one is unknown or would end beyond its document, which then does not fit."""
        first = int(types[0]) if len(types) else ABSENT
        if (types == first).all():
            sizes = self._sizes_of(first, places)
        else:
            sizes = np.zeros(len(types), np.int64)
            for kind in np.unique(types):
                those = types == kind
                sizes[those] = self._sizes_of(int(kind), places[those])
        good = (types == ABSENT) | ((sizes >= 0) & (places + sizes <= end))
        if not good.all():
            self.fits &= good
            sizes[~good] = 0
        return sizes

    def _sizes_of(self, kind: int, places: Ints) -> Ints:
        if kind not in COUNTED:
            return np.full(len(places), FIXED.get(kind, UNKNOWN), np.int64)
        counted = self._lengths[places].astype(np.int64)
        least = 0 if kind == BINARY else 1 if kind in (STRING, 0x0D) else SMALLEST
        return np.where(counted >= least, counted + COUNTED[kind], UNKNOWN)


def learned(documents: Documents, which: Ints, tree: Mapping[str, Any]) -> Layout:
    """The layout of a sample of the documents."""
    layout = Layout()
    chosen: Sequence[int] = which[np.linspace(0, len(which) - 1, min(SAMPLE, len(which)), dtype=np.int64)].tolist()
    for document in documents.some(chosen):
        layout.learn(document, tree)
    return layout
