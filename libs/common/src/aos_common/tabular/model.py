"""What a tabular file is and what reading it yields."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from aos_common.tabular.errors import TooManyColumns

DEFAULT_NULLS = ("NULL", "\\N")
MAX_COLUMNS = 4096
MAX_RECORD_BYTES = 16 << 20


class Layout(StrEnum):
    """The file formats that can be read."""

    DELIMITED = "delimited"
    PARQUET = "parquet"
    JSON_ARRAY = "json"
    JSON_LINES = "jsonl"
    EXCEL = "excel"


@dataclass(frozen=True)
class TabularFormat:
    """How a file is to be read; `sniff` finds it, a caller may replace any part.

    `encoding`, `delimiter`, `quote` and `header` speak of delimited text only (`encoding` of JSON too); `sheets` lists
    the sheets of a workbook, each a data set of its own.
    """

    layout: Layout
    gzip: bool = False
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    sheets: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReadOptions:
    """Choices of the reader.

    `null_markers`: unquoted texts that mean null beside the empty text. `batch_bytes`: text read per batch of a
    delimited file. `batch_rows`: rows per batch of every other layout. `exclude_columns`: columns never read.
    """

    null_markers: tuple[str, ...] = DEFAULT_NULLS
    batch_bytes: int = 4 << 20
    batch_rows: int = 65_536
    exclude_columns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Rejected:
    """A record that could not become a row: `row` is its 1-based record number, `text` at most 2,000 characters."""

    row: int
    reason: str
    text: str


@dataclass(frozen=True)
class TabularBatch:
    """Rows in file order, with what is needed to locate each in the file.

    `first_record` is the 1-based record number (header excluded) of the batch's first record; `rejected` are the
    records inside the batch's span that are not among its rows.
    """

    data: pa.RecordBatch
    first_record: int
    rejected: tuple[Rejected, ...] = field(default=())

    def record_numbers(self) -> pa.Array:
        """The record number of each row: int64, same length as `data`."""
        gone = {rejected.row for rejected in self.rejected}
        if not gone:
            return pa.arange(self.first_record, self.first_record + self.data.num_rows)
        span = range(self.first_record, self.first_record + self.data.num_rows + len(gone))
        return pa.array([number for number in span if number not in gone], pa.int64())


class TabularReader(Protocol):
    """An open file: its schema is known before the first batch; memory stays bounded while iterating."""

    schema: pa.Schema

    def __iter__(self) -> Iterator[TabularBatch]: ...


def unique_names(names: list[str]) -> list[str]:
    """Names without blanks and repeats: `column_3` for a blank third name, `name_2` for the second `name`."""
    taken: set[str] = {name.strip() for name in names}
    seen: set[str] = set()
    tried: dict[str, int] = {}
    result = []
    for position, raw in enumerate(names, start=1):
        name = raw.strip() or f"column_{position}"
        if name in seen or (not raw.strip() and name in taken):
            suffix = tried.get(name, 2)
            while f"{name}_{suffix}" in taken or f"{name}_{suffix}" in seen:
                suffix += 1
            tried[name] = suffix
            name = f"{name}_{suffix}"
        seen.add(name)
        result.append(name)
    return result


def refuse_width(path: Path, columns: int, what: str) -> None:
    """Raise `TooManyColumns` when a table is wider than one may be."""
    if columns > MAX_COLUMNS:
        raise TooManyColumns(
            f"{place(path)}: {what} has {columns} columns; at most {MAX_COLUMNS} are read.",
            hint="Check the delimiter, or split the file.",
            file=place(path),
        )


def place(path: Path) -> str:
    """How messages name a file: its last name, because the folder is the caller's business."""
    return path.name
