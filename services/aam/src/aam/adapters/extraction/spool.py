"""Canonical batches of one stream on local disk until the whole stream is right, then in the object store."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from aos_common.objects import TenantObjects

from aam.domain.landing import BatchName

# Dictionaries cost twice the time of all the rest and zstd finds repeats as well; constants keep theirs.
CONSTANT = ("_source", "_version")


def write_parquet(objects: TenantObjects, key: str, table: pa.Table) -> None:
    """One Parquet object, zstd level 1, whole or not at all."""
    with objects.write(key) as file:
        _write(table, file)


def _write(table: pa.Table, target: Path | IO[bytes]) -> None:
    constant = [name for name in CONSTANT if name in table.column_names]
    pq.write_table(table, target, compression="zstd", compression_level=1, use_dictionary=constant)


class Spool:
    """Batches by index; each is one file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._rows: dict[int, int] = {}

    def add(self, index: int, table: pa.Table) -> None:
        """Keep a batch; an empty one is none."""
        if table.num_rows:
            _write(table, self._path(index))
            self._rows[index] = table.num_rows

    @property
    def rows(self) -> int:
        """Rows of all batches."""
        return sum(self._rows.values())

    def files(self) -> list[Path]:
        """The files in order of their batches."""
        return [self._path(index) for index in self._rows]

    def columns(self) -> list[str]:
        """Column names of the batches; empty without batches."""
        files = self.files()
        return list(pq.read_schema(files[0]).names) if files else []

    def drop_rows(self, gone: pa.Array) -> dict[int, list[int]]:
        """Take rows (by `_row`) out of their batches; return them by the index of their batch."""
        taken: dict[int, list[int]] = {}
        for index in list(self._rows):
            table = pq.read_table(self._path(index))
            hit = pc.is_in(table.column("_row"), gone)
            if not pc.any(hit).as_py():
                continue
            taken[index] = table.column("_row").filter(hit).to_pylist()
            rest = table.filter(pc.invert(hit))
            del self._rows[index]
            self._path(index).unlink()
            self.add(index, rest)
        self._rows = dict(sorted(self._rows.items()))
        return taken

    def upload(self, objects: TenantObjects, names: dict[int, BatchName]) -> Iterator[tuple[BatchName, int]]:
        """Copy every batch to its canonical key; yield its name and number of rows."""
        for index, rows in self._rows.items():
            with self._path(index).open("rb") as source, objects.write(names[index].canonical_key) as target:
                shutil.copyfileobj(source, target, 1 << 20)
            yield names[index], rows

    def _path(self, index: int) -> Path:
        return self._folder / f"{index:06d}.parquet"
