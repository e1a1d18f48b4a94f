"""Columns of documents as Arrow arrays, without a Python value for each."""

from collections.abc import Callable
from typing import Any

import bson
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from aam.adapters.sources.mongo.client import CODEC
from aam.adapters.sources.mongo.kinds import EXACT, Kind
from aam.adapters.sources.mongo.layouts import (
    BOOL,
    DOUBLE,
    INT32,
    INT64,
    OBJECTID,
    STRING,
    TIME,
    Bools,
    Column,
    Documents,
)

FIRST_MS, LAST_MS = -62_135_596_800_000, 253_402_300_799_999
"""0001-01-01 and the end of 9999: nothing downstream holds other years."""
HEX = np.frombuffer("".join(f"{byte:02x}" for byte in range(256)).encode(), "<u2")

Made = tuple[pa.Array, Bools]
"""An array, and where it has null in place of a value that is not to be had this way."""


class Columns:
    """Makes arrays of the columns of some documents."""

    def __init__(self, documents: Documents, which: npt.NDArray[np.int64]) -> None:
        self._documents, self._begin = documents, documents.starts[which]
        self._made: dict[Kind, Callable[[Column], Made | None]] = {
            Kind.TEXT: self._text, Kind.INT: self._int, Kind.FLOAT: self._float, Kind.BOOL: self._bool,
            Kind.TIME: self._time, Kind.OBJECTID: self._objectid,
        }  # fmt: skip

    def array(self, kind: Kind, column: Column) -> Made | None:
        """The column as an array; None where its values are to be made one by one."""
        made = self._made.get(kind)
        return made(column) if made else None

    def values(self, column: Column) -> list[Any]:
        """The column's values as the driver has them; raises its errors."""
        raw, there = self._documents.raw, np.flatnonzero(column.told)
        listed = zip(*(part[there].tolist() for part in (column.types, column.places, column.sizes)), strict=True)
        # The driver does not look at the names within an array, so they may all be empty.
        body = b"".join([b"%c\0%b" % (kind, raw[place : place + size]) for kind, place, size in listed])
        outer = (len(body) + 5).to_bytes(4, "little") + body + b"\0"
        found = bson.decode((len(outer) + 8).to_bytes(4, "little") + b"\x04v\0" + outer + b"\0", CODEC)["v"]
        values: list[Any] = [None] * len(column.types)
        for place, value in zip(there.tolist(), found, strict=True):
            values[place] = value
        return values

    def _text(self, column: Column) -> Made | None:
        begins, ends, there = column.places + 4, column.places + column.sizes - 1, column.types == STRING
        if column.alike != STRING:
            begins, ends = (np.where(there, places, self._begin) for places in (begins, ends))
        terminated = self._documents.view("u1")[ends] == 0
        if not terminated.all():
            begins, ends = (np.where(terminated, places, self._begin) for places in (begins, ends))
            there &= terminated
        odd = ~there & column.told
        # The texts and what lies between them, in turn, are one array; every other one is a text.
        offsets = np.empty(2 * len(there), np.int32)
        offsets[0::2], offsets[1::2] = begins, ends
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(self._documents.raw)]
        every = pa.Array.from_buffers(pa.string(), len(offsets) - 1, buffers)
        texts = every.take(pa.array(np.arange(0, len(offsets), 2), mask=_mask(there)))
        try:
            if not _is_ascii(texts):
                texts.validate(full=True)
        except pa.ArrowInvalid:  # not UTF-8
            return None
        return texts, odd

    def _int(self, column: Column) -> Made:
        made, there = np.zeros(len(column.types), np.int64), np.zeros(len(column.types), np.bool_)
        for kind, view in ((INT32, "<i4"), (INT64, "<i8")):
            self._put(column, kind, view, made, there)
        if (doubles := column.types == DOUBLE).any():  # the shell writes every number as a double
            numbers = self._documents.view("<f8")[column.places[doubles]]
            whole = (np.abs(numbers) <= EXACT) & (np.floor(numbers) == numbers)
            made[doubles], there[doubles] = np.where(whole, numbers, 0).astype(np.int64), whole
        return _array(made, there), ~there & column.told

    def _float(self, column: Column) -> Made:
        made, there = np.zeros(len(column.types), np.float64), np.zeros(len(column.types), np.bool_)
        for kind, view in ((DOUBLE, "<f8"), (INT32, "<i4")):
            self._put(column, kind, view, made, there)
        if (longs := column.types == INT64).any():
            numbers = self._documents.view("<i8")[column.places[longs]]
            made[longs], there[longs] = numbers, (numbers >= -EXACT) & (numbers <= EXACT)
        return _array(made, there), ~there & column.told

    def _bool(self, column: Column) -> Made:
        made, there = np.zeros(len(column.types), np.uint8), np.zeros(len(column.types), np.bool_)
        self._put(column, BOOL, "u1", made, there)
        there &= made <= 1
        return _array(made == 1, there), ~there & column.told

    def _time(self, column: Column) -> Made:
        made, there = np.zeros(len(column.types), np.int64), np.zeros(len(column.types), np.bool_)
        self._put(column, TIME, "<i8", made, there)
        there &= (made >= FIRST_MS) & (made <= LAST_MS)
        moments = _array(np.where(there, made, 0) * 1000, there)
        return moments.cast(pa.timestamp("us", "UTC")), ~there & column.told

    def _objectid(self, column: Column) -> Made:
        there = column.types == OBJECTID
        spread = np.where(there, column.places, 0)[:, None] + np.arange(12)
        digits = HEX[self._documents.view("u1")[spread]]
        offsets = np.arange(0, 24 * len(there) + 1, 24, dtype=np.int32)
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(digits)]
        texts = pa.Array.from_buffers(pa.string(), len(there), buffers)
        if not there.all():
            texts = texts.take(pa.array(np.arange(len(there)), mask=_mask(there)))
        return texts, ~there & column.told

    def _put(self, column: Column, kind: int, view: str, made: npt.NDArray[Any], there: Bools) -> None:
        """Enter the values of one type."""
        those = column.types == kind
        if those.all():
            made[:], there[:] = self._documents.view(view)[column.places], True
        elif those.any():
            made[those], there[those] = self._documents.view(view)[column.places[those]], True


def _is_ascii(texts: pa.Array) -> bool:
    """Tell whether all bytes are, which is quicker to see than whether they are UTF-8."""
    letters = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    return not len(letters) or int(letters.max()) < 128


def _array(made: npt.NDArray[Any], there: Bools) -> pa.Array:
    return pa.array(made, mask=_mask(there))


def _mask(there: Bools) -> Bools | None:
    return None if there.all() else ~there
