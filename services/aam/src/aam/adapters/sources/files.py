"""Files of a folder as streams: CSV, TSV, Parquet, JSON, JSON lines, Excel; each file or sheet is one stream."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.compute as pc
from aos_common.folders import AllowedFolders
from aos_common.tabular import (
    ReadOptions,
    TabularBatch,
    TabularError,
    TabularFormat,
    TabularReader,
    layout_of,
    open_batches,
    sniff,
)
from pydantic import BaseModel, ConfigDict, Field

from aam.adapters.sources.settings import public_and_secret
from aam.domain.errors import Fault, SourceError
from aam.domain.quarantine import Misfit
from aam.domain.schema import TEXT, Column, StreamSchema
from aam.ports import DiscoveredStream, Json, SourceBatch

MAX_FILES = 10_000
SHEET = "#"


class FileSettings(BaseModel):
    """Settings of the files connector."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field(min_length=1, description="A folder, or one file, on the machine that runs the mesh.")
    pattern: str = Field("**/*", pattern=r"^[^/]", description="Which files of the folder, as a glob.")
    encoding: str = Field("", description="Encoding of every text file; empty means: find out.")
    null_markers: list[str] = Field(["NULL", "\\N"], description="Unquoted texts that mean null.")
    exclude_columns: dict[str, list[str]] = Field(
        default_factory=dict, description="Columns never read, by stream name."
    )


class FilesConnector:
    """The connector for files in the allowed folders; without any, no file may be read."""

    name = "files"
    title = "Files in a folder"

    def __init__(self, folders: AllowedFolders, batch_bytes: int = ReadOptions.batch_bytes) -> None:
        self._folders, self._batch_bytes = folders, batch_bytes

    def settings_schema(self) -> dict[str, Any]:
        """JSON Schema of `FileSettings`."""
        return FileSettings.model_json_schema()

    def split(self, settings: Json) -> tuple[dict[str, Any], dict[str, str]]:
        """Validated settings; files have no secrets."""
        return public_and_secret(FileSettings, settings)

    def open(self, public: Json, secret: Mapping[str, str]) -> "FileSource":
        """The files that the settings name."""
        del secret
        return FileSource(FileSettings.model_validate(public), self._folders, self._batch_bytes)


class FileSource:
    """Reads files; the cursor of a stream is its file's size and SHA-256, so an unchanged file is not read again."""

    def __init__(self, settings: FileSettings, folders: AllowedFolders, batch_bytes: int) -> None:
        self._settings, self._batch_bytes = settings, batch_bytes
        self._base = Path(settings.path).expanduser()
        self._folders = folders
        self.location = str(self._base)

    def check(self) -> None:
        """Raise unless the path is allowed, exists, and holds at least one file of a known kind."""
        if not self._files():
            raise SourceError(
                f"{self.location} holds no file that can be read.",
                hint="Supported are csv, tsv, txt, parquet, json, jsonl, xlsx, xls, ods; text formats also as .gz.",
            )

    def discover(self) -> list[DiscoveredStream]:
        """One stream a file, or a sheet of a workbook; a file that cannot be read is listed with its error."""
        found: list[DiscoveredStream] = []
        for name, path in self._files().items():
            try:
                layout = sniff(path, encoding=self._settings.encoding)
            except TabularError as error:
                found.append(DiscoveredStream(name, None, str(error)))
                continue
            sheets = layout.sheets or ("",)
            found += [self._discovered(f"{name}{SHEET}{sheet}" if sheet else name, path, layout) for sheet in sheets]
        return sorted(found, key=lambda stream: stream.name)

    def _discovered(self, stream: str, path: Path, layout: TabularFormat) -> DiscoveredStream:
        try:
            return DiscoveredStream(stream, _schema(self._open(stream, path, layout)))
        except TabularError as error:
            return DiscoveredStream(stream, None, str(error))

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator["FileRead"]:
        """Open one file; reading fails when the file changes meanwhile."""
        path = self._path(stream)
        with named_errors():
            layout = sniff(path, encoding=self._settings.encoding)
            mark = file_mark(path)
            reader = self._open(stream, path, layout)
            yield FileRead(stream, path, reader, mark, cursor)

    def _open(self, stream: str, path: Path, layout: TabularFormat) -> TabularReader:
        settings = self._settings
        options = ReadOptions(
            null_markers=tuple(settings.null_markers),
            batch_bytes=self._batch_bytes,
            exclude_columns=frozenset(settings.exclude_columns.get(stream, ())),
        )
        sheet = stream.rpartition(SHEET)[2] if layout.sheets else None
        return open_batches(path, layout=layout, sheet=sheet, options=options)

    def _path(self, stream: str) -> Path:
        files = self._files()
        path = files.get(stream) or files.get(stream.rpartition(SHEET)[0])
        if path is None:
            raise SourceError(
                f"{stream} is no longer in {self.location}.", hint="Put the file back, or discover again."
            )
        return path

    def _files(self) -> dict[str, Path]:
        """Readable files by stream name; symbolic links that lead out of the allowed folders are left out."""
        base = self._allowed(self._base)
        if base.is_file():
            return {base.name: base} if layout_of(base) else {}
        if not base.is_dir():
            raise SourceError(f"{self.location} does not exist.", hint="Check the path; it is read by the mesh itself.")
        found: dict[str, Path] = {}
        for path in sorted(base.glob(self._settings.pattern)):
            parts = path.relative_to(base).parts
            if any(part.startswith(".") for part in parts) or layout_of(path) is None or not path.is_file():
                continue
            if not self._folders.permits(path.resolve()):
                continue
            found["/".join(parts)] = path
            if len(found) > MAX_FILES:
                raise SourceError(f"{self.location} holds more than {MAX_FILES} files.", hint="Narrow `pattern`.")
        return found

    def _allowed(self, path: Path) -> Path:
        resolved = path.resolve()
        if not self._folders.permits(resolved):
            raise SourceError(
                f"{self.location} is outside the folders that this installation may read.",
                hint="Ask the operator to add it to AOS_FILE_ROOTS.",
                reason="PATH_NOT_ALLOWED",
            )
        return resolved


class FileRead:
    """One reading of one file or sheet; of the same content, from the record on that the cursor stands at."""

    def __init__(self, stream: str, path: Path, reader: TabularReader, mark: dict[str, Any], cursor: Json) -> None:
        self.file, self._path, self._reader, self._mark = stream, path, reader, mark
        self.schema = _schema(reader)
        self.unchanged = mark == dict(cursor)
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
                last = batch.first_record + batch.data.num_rows + len(batch.rejected) - 1
                if last > self._after:
                    yield self._rest(batch, last)
            if file_mark(self._path) != self._mark:
                raise SourceError(
                    f"{self.file} changed while it was read.",
                    hint="Sync again; write files under another name and rename them when they are complete.",
                    fault=Fault.TRANSIENT,
                )
        if last < self._after:
            raise SourceError(
                f"{self.file} has {last} records, and was to be read on from record {self._after}.",
                hint="Read the stream from its beginning.",
                fault=Fault.SYSTEM,
                reason="CURSOR_BEYOND_END",
            )

    def _rest(self, batch: TabularBatch, last: int) -> SourceBatch:
        """What of the batch comes after the cursor."""
        data, numbers = batch.data, batch.record_numbers()
        if batch.first_record <= self._after:
            later = pc.greater(numbers, self._after)
            data, numbers = data.filter(later), numbers.filter(later)
        misfits = tuple(
            Misfit(self.file, rejected.row, "", rejected.text, rejected.reason, rejected.text)
            for rejected in batch.rejected
            if rejected.row > self._after
        )
        return SourceBatch(data, numbers, misfits, {"within": self._mark, "after": last})

    def cursor(self) -> Json:
        """Size and hash of the content that was read."""
        return self._mark


def file_mark(path: Path) -> dict[str, Any]:
    """Size in bytes and hex SHA-256 of a file's content."""
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256")
    return {"size": path.stat().st_size, "sha256": digest.hexdigest()}


def _schema(reader: TabularReader) -> StreamSchema:
    return StreamSchema(
        tuple(
            Column(field.name, TEXT if str(field.type) == "string" else str(field.type), bool(field.nullable))
            for field in reader.schema
        )
    )


@contextmanager
def named_errors() -> Iterator[None]:
    """A file that cannot be read is the owner's to repair: keep its reason, message and hint."""
    try:
        yield
    except TabularError as error:
        named = SourceError(error.message, hint=error.hint, reason=error.reason)
        named.metadata |= error.metadata
        raise named from error
    except OSError as error:
        raise SourceError(
            f"{Path(str(error.filename or 'The file')).name} cannot be opened ({error.strerror}).",
            hint="Check that it still exists and that the mesh may read it.",
            reason="FILE_MISSING",
            internal=str(error),
        ) from error
