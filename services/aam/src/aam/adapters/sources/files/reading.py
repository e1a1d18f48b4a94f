"""One file or sheet read from its beginning or from a place in it."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from aos_common.tabular import TabularBatch, TabularReader

from aam.adapters.sources.files.errors import changed, named_errors
from aam.domain.errors import Fault, SourceError
from aam.domain.quarantine import Misfit
from aam.domain.schema import TEXT, Column, StreamSchema
from aam.ports import Json, SourceBatch

Mark = dict[str, Any]
REMOTE = "remote"


class FileRead:
    """One reading of one file or sheet; of the same content, from the record on that the cursor stands at.

    `version` is what the place said of the content; it stands in the cursor, so that the same is not fetched again.
    """

    def __init__(
        self, stream: str, path: Path, reader: TabularReader, mark: Mark, cursor: Json, *, own: bool, version: str = ""
    ) -> None:
        self.file, self._path, self._reader, self._mark = stream, path, reader, mark
        self._own, self._version = own, version
        self.schema = schema_of(reader.schema)
        self.unchanged = mark == dict(cursor) or (REMOTE in cursor and remote_mark(cursor) == mark)
        after = cursor.get("after") if cursor.get("within") == mark else 0
        self._after = after if type(after) is int and after > 0 else 0
        self.snapshot = not self._after

    def batches(self) -> Iterator[SourceBatch]:
        """Batches in file order; each can be resumed after as long as the file keeps its content."""
        if self.unchanged:
            return
        last = 0
        with named_errors():
            for batch in self._reader:
                last = last_record(batch)
                if last > self._after:
                    data, rows, misfits = rest_of(batch, self._after, self.file)
                    yield SourceBatch(data, rows, misfits, {"within": self._mark, "after": last})
            if not self._own and file_mark(self._path) != self._mark:
                raise changed(self.file)
        if last < self._after:
            raise beyond(self.file, last, self._after)

    def cursor(self) -> Json:
        """Size and hash of the content that was read, and what the place calls it."""
        return {REMOTE: [self._version, self._mark["size"], self._mark["sha256"]]} if self._version else self._mark


class NothingNew:
    """The reading of a stream that its place says has not changed."""

    unchanged = True
    snapshot = False

    def __init__(self, stream: str, schema: StreamSchema, cursor: Json) -> None:
        self.file, self.schema, self._cursor = stream, schema, cursor

    def batches(self) -> Iterator[SourceBatch]:
        """No batch."""
        return iter(())

    def cursor(self) -> Json:
        """What it was."""
        return self._cursor


def file_mark(path: Path) -> Mark:
    """Size in bytes and hex SHA-256 of a file's content."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    return {"size": path.stat().st_size, "sha256": digest.hexdigest()}


def remote_mark(cursor: Json) -> Mark | None:
    """The mark that a cursor of a remote file holds; None when it is none."""
    found = cursor.get(REMOTE)
    match found:
        case [str(), int(size), str(digest)] if len(cursor) == 1 and type(size) is int and len(digest) == 64:
            return {"size": size, "sha256": digest}
        case _:
            return None


def remote_version(cursor: Json) -> str:
    """What the place called the content that the cursor stands for; empty when the cursor is another's."""
    return str(cursor[REMOTE][0]) if REMOTE in cursor and remote_mark(cursor) else ""


def schema_of(schema: pa.Schema) -> StreamSchema:
    """The declared shape of what a reader gives."""
    return StreamSchema(
        tuple(
            Column(field.name, TEXT if str(field.type) == "string" else str(field.type), bool(field.nullable))
            for field in schema
        )
    )


def last_record(batch: TabularBatch) -> int:
    """The number of the last record that a batch covers."""
    rows: int = batch.data.num_rows
    return batch.first_record + rows + len(batch.rejected) - 1


def rest_of(
    batch: TabularBatch, after: int, file: str, base: int = 0
) -> tuple[pa.RecordBatch, pa.Array, tuple[Misfit, ...]]:
    """What of the batch comes after record `after`: rows, their numbers above `base`, and what is no row."""
    data, numbers = batch.data, batch.record_numbers()
    if batch.first_record <= after:
        later = pc.greater(numbers, after)
        data, numbers = data.filter(later), numbers.filter(later)
    misfits = tuple(
        Misfit(file, rejected.row + base, "", rejected.text, rejected.reason, rejected.text)
        for rejected in batch.rejected
        if rejected.row > after
    )
    return data, pc.add(numbers, base) if base else numbers, misfits


def beyond(file: str, last: int, after: int) -> SourceError:
    """A cursor points behind the end of the content that it is said to be of."""
    return SourceError(
        f"{file} has {last} records, and was to be read on from record {after}.",
        hint="Read the stream from its beginning.",
        fault=Fault.SYSTEM,
        reason="CURSOR_BEYOND_END",
    )
