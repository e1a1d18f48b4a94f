"""JSON arrays of objects and JSON lines as Arrow batches of text."""

import codecs
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa

from aos_common.tabular.encoding import raw_chunks
from aos_common.tabular.errors import BrokenJson, FileEmpty, HeaderOnly, RecordTooLarge, TooManyColumns, WrongEncoding
from aos_common.tabular.json_text import DECODER, MAX_DEPTH, SURROGATE, as_text, is_text, too_deep
from aos_common.tabular.model import (
    MAX_COLUMNS,
    MAX_RECORD_BYTES,
    Layout,
    ReadOptions,
    TabularBatch,
    TabularFormat,
    place,
)

BLANK = " \t\r\n"
READ = 1 << 20
BATCH_TEXT = 32 << 20
"""Characters of source text in a batch, for records can be large."""
TOO_DEEP = f"nested deeper than {MAX_DEPTH} levels"
Record = dict[str, Any]


class JsonReader:
    """Streams JSON records in two passes, the first to learn every key; memory holds one batch and one record.

    Columns stand in the order in which keys first appear. A missing key and `null` are null; numbers keep the text of
    the source; nested values are compact JSON.
    """

    def __init__(self, path: Path, layout: TabularFormat, options: ReadOptions) -> None:
        self._path, self._format, self._options = path, layout, options
        self._encoding = layout.encoding
        self._taken = 0
        if path.stat().st_size == 0:
            raise FileEmpty(f"{place(path)}: the file is empty.", hint="Export it again.", file=place(path))
        names: dict[str, None] = {}
        count = 0
        for record in self._records():
            names.update(dict.fromkeys(record))
            count += 1
            if len(names) > MAX_COLUMNS:
                raise TooManyColumns(
                    f"{place(path)}: record {count} brings the number of keys above {MAX_COLUMNS}.",
                    hint="Keys that are data (ids, dates) belong into values: reshape the file.",
                    file=place(path),
                )
        if not count:
            raise HeaderOnly(f"{place(path)}: no record in it.", hint="Add records.", file=place(path), columns="")
        kept = [name for name in names if name not in options.exclude_columns]
        self.schema = pa.schema([pa.field(name, pa.string()) for name in kept])

    def __iter__(self) -> Iterator[TabularBatch]:
        rows: list[Record] = []
        first, begun = 1, 0
        self._taken = 0
        for record in self._records():
            rows.append(record)
            if len(rows) >= self._options.batch_rows or self._taken - begun >= BATCH_TEXT:
                yield self._batch(rows, first)
                first, rows, begun = first + len(rows), [], self._taken
        if rows:
            yield self._batch(rows, first)

    def _batch(self, rows: list[Record], first: int) -> TabularBatch:
        columns = [pa.array([as_text(row.get(name)) for row in rows], pa.string()) for name in self.schema.names]
        return TabularBatch(pa.RecordBatch.from_arrays(columns, schema=self.schema), first)

    def _records(self) -> Iterator[Record]:
        text = self._text()
        if self._format.layout is Layout.JSON_LINES:
            return self._lines(text)
        return self._elements(text)

    def _text(self) -> Iterator[str]:
        decoder = codecs.getincrementaldecoder("utf-8-sig" if self._encoding == "utf-8" else self._encoding)()
        for chunk in raw_chunks(self._path, gzipped=self._format.gzip, size=READ):
            try:
                piece = decoder.decode(chunk)
            except UnicodeError as error:
                raise WrongEncoding(
                    f"{place(self._path)}: the text does not decode as {self._encoding} ({error}).",
                    hint="Name the file's real encoding in the `encoding` option.",
                    file=place(self._path),
                ) from error
            self._taken += len(piece)
            yield piece

    def _lines(self, pieces: Iterator[str]) -> Iterator[Record]:
        rest, number = "", 0
        for piece in pieces:
            lines = (rest + piece).split("\n")
            rest = lines.pop()
            self._bound(len(rest), number + 1)
            for line in lines:
                number += 1
                if line.strip():
                    yield self._object(line, number)
        if rest.strip():
            yield self._object(rest, number + 1)

    def _object(self, line: str, number: int) -> Record:
        try:
            value = DECODER.decode(line)
        except RecursionError:
            raise self._broken(f"line {number} is {TOO_DEEP}", number) from None
        except ValueError as error:
            raise self._broken(f"line {number} is not JSON ({error})", number) from error
        if line.count("{") + line.count("[") > MAX_DEPTH and too_deep(value):
            raise self._broken(f"line {number} is {TOO_DEEP}", number)
        if not isinstance(value, dict):
            raise self._broken(f"line {number} is not a JSON object", number)
        if SURROGATE.search(line) and not is_text(value):
            raise self._broken(f"line {number} holds half a character (a lone surrogate)", number)
        return value

    def _elements(self, pieces: Iterator[str]) -> Iterator[Record]:
        buffer = next(pieces, "").lstrip(BLANK)
        position, record, ended = 1, 1, False
        while not ended:
            while position < len(buffer) and buffer[position] in BLANK + ",":
                position += 1
            if buffer[position : position + 1] == "]":
                ended = True
                continue
            parsed = self._element(buffer, position, record) if position < len(buffer) else None
            if parsed is None:
                more = next(pieces, "")
                if not more:
                    raise self._broken(f"the array ends in or after record {record} without its bracket", record)
                buffer, position = buffer[position:] + more, 0
                self._bound(len(buffer) - len(more), record)
                continue
            value, position = parsed
            yield value
            record += 1
        if buffer[position + 1 :].strip(BLANK) or any(piece.strip(BLANK) for piece in pieces):
            raise self._broken("there is more text after the array", record)

    def _element(self, buffer: str, position: int, record: int) -> tuple[Record, int] | None:
        """The object at `position` and where it ends, or None when the buffer ends inside it."""
        if buffer[position] != "{":
            raise self._broken(f"record {record} is not a JSON object", record)
        try:
            value, end = DECODER.raw_decode(buffer, position)
        except RecursionError:
            raise self._broken(f"record {record} is {TOO_DEEP}", record) from None
        except ValueError as error:
            unfinished = isinstance(error, json.JSONDecodeError) and (
                error.pos >= len(buffer) - 8 or "Unterminated" in error.msg
            )
            if not unfinished:
                raise self._broken(f"record {record} is not JSON ({error})", record) from error
            return None
        if buffer.count("{", position, end) + buffer.count("[", position, end) > MAX_DEPTH and too_deep(value):
            raise self._broken(f"record {record} is {TOO_DEEP}", record)
        if SURROGATE.search(buffer, position, end) and not is_text(value):
            raise self._broken(f"record {record} holds half a character (a lone surrogate)", record)
        return value, end

    def _bound(self, size: int, record: int) -> None:
        if size > MAX_RECORD_BYTES:
            raise RecordTooLarge(
                f"{place(self._path)}: record {record} is larger than {MAX_RECORD_BYTES} bytes.",
                hint="Write one object per record.",
                file=place(self._path),
                record=str(record),
            )

    def _broken(self, what: str, record: int) -> BrokenJson:
        return BrokenJson(
            f"{place(self._path)}: {what}.",
            hint="The file must be an array of objects, or one object per line; correct that place and try again.",
            file=place(self._path),
            record=str(record),
        )
