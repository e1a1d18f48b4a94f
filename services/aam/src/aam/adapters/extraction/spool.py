"""Canonical batches of one stream on local disk until the whole stream is right, and in the object store."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pyarrow.types as pt
from aos_common.objects import TenantObjects

from aam.domain.landing import BatchName

# Dictionaries cost twice the time of all the rest and zstd finds repeats as well; a constant keeps its own. Differences
# of whole numbers and times are small and cost nothing. Nobody looks for rows in a batch: no statistics.
CONSTANT = "_source"
DIFFERENCES = "DELTA_BINARY_PACKED"


def write_parquet(objects: TenantObjects, key: str, table: pa.Table) -> None:
    """One Parquet object, zstd level 1, whole or not at all."""
    with objects.write(key) as file:
        _write(table, file)


def _write(table: pa.Table, target: Path | IO[bytes]) -> None:
    pq.write_table(
        table,
        target,
        compression="zstd",
        compression_level=1,
        use_dictionary=[CONSTANT] if CONSTANT in table.column_names else False,
        column_encoding={field.name: DIFFERENCES for field in table.schema if _counts(field)},
        write_statistics=False,
    )


def _counts(field: pa.Field) -> bool:
    """Whole numbers and times; Parquet names nested columns otherwise, and knows no differences of one byte."""
    kind = field.type
    return bool(pt.is_int32(kind) or pt.is_int64(kind) or pt.is_date32(kind) or pt.is_timestamp(kind))


class Spool:
    """Batches by index; each is one file. What is in the object store under a name is never changed there."""

    def __init__(self, folder: Path, objects: TenantObjects) -> None:
        self._folder, self._objects = folder, objects
        self._rows: dict[int, int] = {}
        self._stored: dict[int, BatchName] = {}
        self._changed: set[int] = set()
        self._contents: dict[int, int] = {}

    def add(self, index: int, table: pa.Table, content: int | None = None) -> None:
        """Keep a batch, and the sum of its rows' hashes if that is known; an empty one is none."""
        self._contents.pop(index, None)
        if table.num_rows:
            _write(table, self._path(index))
            self._rows[index] = table.num_rows
            if content is not None:
                self._contents[index] = content

    def fetch(self, name: BatchName, rows: int) -> None:
        """Take a batch back that an earlier attempt had stored."""
        with self._objects.read(name.canonical_key) as source, self._path(name.index).open("wb") as target:
            shutil.copyfileobj(source, target, 1 << 20)
        self._rows[name.index], self._stored[name.index] = rows, name

    @property
    def rows(self) -> int:
        """Rows of all batches."""
        return sum(self._rows.values())

    def rows_of(self, index: int) -> int:
        """Rows of one batch."""
        return self._rows.get(index, 0)

    def files(self) -> list[Path]:
        """The files in order of their batches."""
        return [self._path(index) for index in self._rows]

    def contents(self) -> tuple[int, list[Path]]:
        """The sum of all hashes that are known, and the files whose hashes are not."""
        known = sum(self._contents.get(index, 0) for index in self._rows)
        return known, [self._path(index) for index in self._rows if index not in self._contents]

    def has_column(self, name: str) -> bool:
        """Tell whether any batch has the column."""
        return any(name in pq.read_schema(file).names for file in self.files())

    def marked(self, name: str) -> int:
        """Rows whose boolean column of this name is true."""
        files = [file for file in self.files() if name in pq.read_schema(file).names]
        return sum(pc.sum(pq.read_table(file, columns=[name]).column(name)).as_py() or 0 for file in files)

    def index_of(self, file: str) -> int:
        """The index of the batch that a file of `files` holds."""
        return int(Path(file).stem)

    def columns(self) -> list[str]:
        """Column names of the batches; empty without batches."""
        files = self.files()
        return list(pq.read_schema(files[0]).names) if files else []

    def drop_rows(self, gone: pa.Array) -> dict[int, list[int]]:
        """Take rows (by `_row`) out of their batches; return them by the index of their batch."""
        taken: dict[int, list[int]] = {}

        def hit(index: int, table: pa.Table) -> pa.ChunkedArray:
            found = pc.is_in(table.column("_row"), gone)
            if pc.any(found).as_py():
                taken[index] = table.column("_row").filter(found).to_pylist()
            return found

        self._drop(list(self._rows), hit)
        return taken

    def drop_places(self, places: Mapping[int, pa.Array]) -> None:
        """Take rows out of their batches, by their places from 0 in each."""

        def hit(index: int, table: pa.Table) -> pa.ChunkedArray:
            return pa.chunked_array([pc.is_in(pa.arange(0, table.num_rows), places[index])])

        self._drop(list(places), hit)

    def _drop(self, indices: list[int], hit: Callable[[int, pa.Table], pa.ChunkedArray]) -> None:
        for index in indices:
            table = pq.read_table(self._path(index))
            found = hit(index, table)
            if not pc.any(found).as_py():
                continue
            del self._rows[index]
            self._path(index).unlink()
            self._changed.add(index)
            self.add(index, table.filter(pc.invert(found)))
        self._rows = dict(sorted(self._rows.items()))

    def store(self, name: BatchName) -> None:
        """Copy a batch to its canonical key, unless it is empty or stored."""
        if name.index in self._stored or name.index not in self._rows:
            return
        self._copy(name)
        self._stored[name.index] = name

    def finish(self, names: Mapping[int, BatchName], attempt: str) -> Iterator[tuple[BatchName, int]]:
        """Store every batch as it now is; yield the names and numbers of rows."""
        for index, rows in self._rows.items():
            stored = self._stored.get(index)
            if stored is not None and index in self._changed:
                name = replace(stored, rewritten=attempt)
                self._copy(name)
            else:
                name = stored or names[index]
                self.store(name)
            yield name, rows

    def _copy(self, name: BatchName) -> None:
        with self._path(name.index).open("rb") as source, self._objects.write(name.canonical_key) as target:
            shutil.copyfileobj(source, target, 1 << 20)

    def _path(self, index: int) -> Path:
        return self._folder / f"{index:06d}.parquet"
