"""Documents as rows: each value checked against its column, and the row set aside when one does not fit."""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
from bson import Decimal128, Int64, ObjectId

from aam.adapters.sources.mongo.answers import ANSWER_BYTES, ENOUGH
from aam.adapters.sources.mongo.arrays import FIRST_MS, LAST_MS, Columns
from aam.adapters.sources.mongo.kinds import EXACT, Kind, is_unicode, json_text, kind_of, takes, text
from aam.adapters.sources.mongo.layouts import Bools, Column, Documents, Ints, Layout, learned
from aam.adapters.sources.mongo.shapes import KEY, OTHER, name_of, tree
from aam.domain.quarantine import Misfit
from aam.domain.schema import StreamSchema
from aam.ports import Json, SourceBatch

MOST_LAYOUTS = 8
MOST_LEARNED = 16
"""Layouts that are learned for a stream, with those that were of no use."""
USEFUL = 1 / 8
"""Of the documents that a layout is held against, the share that must have it."""
WORTH = 256
"""Documents, of fewer of which reading column by column is dearer than one by one: what it costs is for each column."""
ARROW: dict[Kind, pa.DataType] = {
    Kind.INT: pa.int64(),
    Kind.FLOAT: pa.float64(),
    Kind.BOOL: pa.bool_(),
    Kind.TIME: pa.timestamp("us", "UTC"),
}
READY: dict[Kind, frozenset[type]] = {
    Kind.TEXT: frozenset({str, type(None)}),
    Kind.INT: frozenset({int, Int64, type(None)}),
    Kind.FLOAT: frozenset({float, type(None)}),
    Kind.BOOL: frozenset({bool, type(None)}),
}
"""Python types that Arrow takes as they are."""
AS_TEXT: dict[Kind, frozenset[type]] = {
    Kind.OBJECTID: frozenset({ObjectId, type(None)}),
    Kind.DECIMAL: frozenset({Decimal128, type(None)}),
    Kind.UUID: frozenset({UUID, type(None)}),
}
"""Python types whose text is the column's."""
NOTHING: frozenset[type] = frozenset()
Document = Mapping[str, Any]


class Unfit(ValueError):
    """A value that its column cannot hold; the text says why."""


@dataclass(frozen=True)
class Part:
    """Some rows of a batch, by their numbers."""

    numbers: Ints
    arrays: Sequence[pa.Array]

    def only(self, kept: Bools) -> "Part":
        """Those that are `kept`."""
        mask = pa.array(kept)
        return self if kept.all() else Part(self.numbers[kept], [array.filter(mask) for array in self.arrays])


class Rows:
    """Turns documents into batches of one declared shape."""

    def __init__(self, schema: StreamSchema, stream: str) -> None:
        self._stream = stream
        names = [column.name for column in schema.columns if column.name != OTHER]
        self._kinds = [Kind(column.type) for column in schema.columns]
        self._tree = tree(names)
        self._required = frozenset(place for place, column in enumerate(schema.columns) if not column.nullable)
        fields = [pa.field(column.name, arrow_type(Kind(column.type)), column.nullable) for column in schema.columns]
        self._schema = pa.schema(fields)
        self._key = self._schema.get_field_index(KEY)
        self._layouts: list[Layout] = []
        self._learnable = MOST_LEARNED

    def read(self, several: Sequence[Documents], first: int, state: Json | None) -> SourceBatch:
        """Rows numbered from `first`: documents that are alike column by column, the others one by one.

        There must be a document.
        """
        parts: list[Part] = []
        misfits: list[Misfit] = []
        for documents in several:
            left = np.concatenate([self._alike(documents, block, first, parts) for block in _blocks(documents)])
            if len(left):
                part, unfit = self._one_by_one(documents.some(left.tolist()), first + left)
                parts.append(part)
                misfits += unfit
            first += len(documents)
        return self._joined(parts, tuple(misfits), state, ())

    def batch(self, documents: Sequence[Document], first: int, state: Json | None, gone: Sequence[Any]) -> SourceBatch:
        """Rows numbered from `first`, one by one; `gone` are the `_id`s of documents that are no more."""
        part, misfits = self._one_by_one(documents, np.arange(first, first + len(documents)))
        return self._joined([part], misfits, state, gone)

    def _joined(
        self, parts: Sequence[Part], misfits: tuple[Misfit, ...], state: Json | None, gone: Sequence[Any]
    ) -> SourceBatch:
        """The parts as one batch in the order of the documents."""
        numbers, arrays = parts[0].numbers, parts[0].arrays
        if len(parts) > 1:
            numbers = np.concatenate([part.numbers for part in parts])
            arrays = [pa.concat_arrays(column) for column in zip(*(part.arrays for part in parts), strict=True)]
            if (np.diff(numbers) < 0).any():
                order = np.argsort(numbers)
                numbers, arrays = numbers[order], [array.take(pa.array(order)) for array in arrays]
        data = pa.RecordBatch.from_arrays(arrays, schema=self._schema)
        return SourceBatch(data, pa.array(numbers, pa.int64()), misfits, state, self._gone(gone))

    def _alike(self, documents: Documents, left: Ints, first: int, parts: list[Part]) -> Ints:
        """Add those that have a layout, which may be learned from them; returns the others."""
        for layout in tuple(self._layouts):
            if len(left) < WORTH:
                return left
            before, left = len(left), self._taken(layout, documents, left, first, parts)
            if before - len(left) < before * USEFUL:
                self._layouts.remove(layout)
        while len(left) >= WORTH and len(self._layouts) < MOST_LAYOUTS and self._learnable:
            self._learnable -= 1
            layout = learned(documents, left, self._tree)
            before, left = len(left), self._taken(layout, documents, left, first, parts)
            if before - len(left) < before * USEFUL:
                break
            self._layouts.append(layout)
        return left

    def _taken(self, layout: Layout, documents: Documents, left: Ints, first: int, parts: list[Part]) -> Ints:
        """Add those of the documents that have the layout and fit their columns; returns the others."""
        reading = layout.read(documents, left)
        which = left[reading.fits]
        if not len(which) or not self._required <= reading.columns.keys():
            return left
        columns, good, arrays = Columns(documents, which), np.ones(len(which), np.bool_), []
        for position, kind in enumerate(self._kinds):
            column = reading.columns.get(position)
            if column is None:
                arrays.append(pa.nulls(len(which), arrow_type(kind)))
                continue
            column = column.only(reading.fits)
            if position in self._required:
                good &= column.told
            array, odd = columns.array(kind, column) or self._valued(position, columns, column)
            good &= ~odd
            arrays.append(array)
        parts.append(Part(first + which, arrays).only(good))
        taken = reading.fits.copy()
        taken[taken] = good
        return left[~taken]

    def _valued(self, position: int, columns: Columns, column: Column) -> tuple[pa.Array, Bools]:
        """A column value by value, and where they do not fit it."""
        unfit: dict[int, tuple[int, str]] = {}
        array = self._array(position, columns.values(column), unfit)
        odd = np.zeros(len(array), np.bool_)
        odd[list(unfit)] = True
        return array, odd

    def _one_by_one(self, documents: Sequence[Document], numbers: Ints) -> tuple[Part, tuple[Misfit, ...]]:
        """Rows of the documents that fit, and what to say of the others."""
        width = len(self._kinds) - 1
        table: list[list[Any]] = []
        for document in documents:
            row: list[Any] = [None] * (width + 1)
            others: dict[str, Any] = {}
            _fill(self._tree, document, row, others, ())
            row[width] = others or None
            table.append(row)
        unfit: dict[int, tuple[int, str]] = {}
        columns = [list(column) for column in zip(*table, strict=True)] or [[] for _ in self._schema]
        part = Part(numbers, [self._array(position, values, unfit) for position, values in enumerate(columns)])
        misfits = tuple(
            self._misfit(int(numbers[row]), documents[row], columns, row, *unfit[row]) for row in sorted(unfit)
        )
        return part.only(np.array([row not in unfit for row in range(len(documents))], np.bool_)), misfits

    def _array(self, position: int, values: list[Any], unfit: dict[int, tuple[int, str]]) -> pa.Array:
        kind = self._kinds[position]
        found = set(map(type, values))
        if type(None) in found and position in self._required:
            ready = self._converted(position, values, unfit)
        elif found <= READY.get(kind, NOTHING):
            ready = values
        elif found <= AS_TEXT.get(kind, NOTHING):
            ready = [None if value is None else str(value) for value in values]
        else:
            ready = self._converted(position, values, unfit)
        return self._made(ready, arrow_type(kind), position, unfit)

    def _converted(self, position: int, values: list[Any], unfit: dict[int, tuple[int, str]]) -> list[Any]:
        required = position in self._required
        convert = converter(self._kinds[position], key=position == self._key)
        ready: list[Any] = []
        for row, value in enumerate(values):
            made = None
            if value is not None or (required and self._kinds[position] is Kind.MIXED):
                try:
                    made = convert(value)
                except Unfit as error:
                    unfit.setdefault(row, (position, str(error)))
            elif required:
                unfit.setdefault(row, (position, "the key is missing"))
            ready.append(made)
        return ready

    @staticmethod
    def _made(ready: list[Any], kind: pa.DataType, position: int, unfit: dict[int, tuple[int, str]]) -> pa.Array:
        try:
            return pa.array(ready, kind)
        except UnicodeEncodeError:
            ready = list(ready)
            for row, value in enumerate(ready):
                if isinstance(value, str) and not is_unicode(value):
                    unfit.setdefault(row, (position, "the text is not valid UTF-8"))
                    ready[row] = None
            return pa.array(ready, kind)

    def _misfit(
        self, number: int, document: Document, columns: list[list[Any]], row: int, position: int, reason: str
    ) -> Misfit:
        value = columns[position][row]
        told = "" if value is None else text(value)
        return Misfit(
            self._stream, number, self._schema.names[position], _clean(told), reason, _clean(json_text(document))
        )

    def _gone(self, keys: Sequence[Any]) -> pa.RecordBatch | None:
        if not keys:
            return None
        field = self._schema.field(self._key)
        convert = converter(self._kinds[self._key], key=True)
        held = [convert(key) for key in keys if self._holds_key(key)]
        return pa.RecordBatch.from_arrays([pa.array(held, field.type)], schema=pa.schema([field]))

    def _holds_key(self, key: Any) -> bool:
        """A key that the column cannot hold was never read from it, so nothing of it need be deleted."""
        kind = self._kinds[self._key]
        return kind is Kind.MIXED or (key is not None and takes(kind, kind_of(key)))


def _blocks(documents: Documents) -> Iterator[Ints]:
    """The documents in turn, as many at once as are in an answer of the usual size, or as are worth the columns."""
    size = max(ENOUGH, ANSWER_BYTES * len(documents) // documents.size)
    for start in range(0, len(documents), size):
        yield np.arange(start, min(start + size, len(documents)))


def _fill(level: Mapping[str, Any], document: Document, row: list[Any], others: dict[str, Any], outer: Any) -> None:
    for name, value in document.items():
        if value is None:
            continue
        place = level.get(name)
        if type(place) is int:
            row[place] = value
        elif place is not None and type(value) is dict:
            _fill(place, value, row, others, (*outer, name))
        else:
            others[name_of((*outer, name))] = value


def arrow_type(kind: Kind) -> pa.DataType:
    """How a column of this kind travels: Arrow's own type, or text."""
    return ARROW.get(kind, pa.string())


def converter(kind: Kind, *, key: bool) -> Callable[[Any], Any]:
    """The function that makes a column's value of a BSON value, or raises `Unfit`."""
    if kind is Kind.MIXED:
        return json_text if key else text  # a key must stay distinct: 1 and "1" are two documents
    if kind is Kind.JSON:
        return json_text
    return CONVERTERS[kind]


def _int(value: Any) -> int:
    if type(value) is float and value.is_integer() and abs(value) <= EXACT:
        return int(value)  # the shell writes every number as a double
    return int(_own(value, Kind.INT))


def _float(value: Any) -> float:
    if kind_of(value) is Kind.BIG:
        raise Unfit("the whole number would lose digits as a float64")
    return float(_own(value, Kind.FLOAT))


def _time(value: Any) -> int:
    milliseconds = int(_own(value, Kind.TIME))
    if not FIRST_MS <= milliseconds <= LAST_MS:
        raise Unfit("the year is not between 1 and 9999")
    return milliseconds * 1000


def _own(value: Any, kind: Kind) -> Any:
    if takes(kind, kind_of(value)):
        return value
    raise Unfit(f"the value is of kind {kind_of(value)}, the column of kind {kind}")


CONVERTERS: dict[Kind, Callable[[Any], Any]] = {
    Kind.INT: _int,
    Kind.FLOAT: _float,
    Kind.TIME: _time,
    Kind.BOOL: lambda value: _own(value, Kind.BOOL),
    Kind.TEXT: lambda value: _own(value, Kind.TEXT),
    Kind.OBJECTID: lambda value: str(_own(value, Kind.OBJECTID)),
    Kind.DECIMAL: lambda value: str(_own(value, Kind.DECIMAL)),
    Kind.UUID: lambda value: str(_own(value, Kind.UUID)),
    Kind.BINARY: lambda value: base64.b64encode(_own(value, Kind.BINARY)).decode(),
}


def _clean(value: str) -> str:
    """The text with what is no character shown as its bytes."""
    return value.encode(errors="backslashreplace").decode()
