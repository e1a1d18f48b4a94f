"""Many files of one shape as one stream, each read once.

A new file is read by itself. A file that changed or is gone makes the reading whole: the records of files carry no key
of their source, so nothing else would tell which of them are no more.
"""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
from aos_common.tabular import TabularBatch
from aos_common.tabular.errors import FileEmpty, HeaderOnly

from aam.adapters.sources.files.errors import changed, named_errors
from aam.adapters.sources.files.opening import Opening, Target
from aam.adapters.sources.files.places.place import Entry
from aam.adapters.sources.files.position import Position, Seen, position_of
from aam.adapters.sources.files.reading import beyond, file_mark, last_record, rest_of, schema_of
from aam.domain.errors import SourceError
from aam.domain.schema import TEXT, StreamSchema
from aam.ports import Json, SourceBatch

FILE_COLUMN = "_file"


class GroupRead:
    """One reading of a group; the column `_file` names the file of each row.

    The shape is that of all files that are read; in a reading of new files alone also what is `known`. Files without
    a record are none. Record numbers go on from file to file and from reading to reading.
    """

    def __init__(
        self, stream: str, opening: Opening, entries: list[Entry], cursor: Json, known: StreamSchema | None
    ) -> None:
        self.file, self._opening = stream, opening
        if not entries:
            raise SourceError(f"No file belongs to {stream}.", hint="Put one there, or correct its glob in `streams`.")
        self._position = position_of(cursor)
        contents = {entry.name: self._content(entry) for entry in entries}
        if not self._stands(contents):
            self._position = Position()
        start = self._position
        self._pending = [entry for entry in entries if entry.name not in start.done]
        self._expected = {entry.name: contents[entry.name] for entry in self._pending}
        self.snapshot = not start.done and not start.content
        self.unchanged = not self._pending and not self.snapshot
        read_all = known is None or self.snapshot
        self._fields = self._shapes(entries if read_all else self._pending)
        if known is not None and not read_all:
            self._complete(entries, known)
        self.schema = self._schema(None if read_all else known)

    def _content(self, entry: Entry) -> Seen:
        """The file's content; that of a remote file which the place calls as before is known without fetching it."""
        before = self._position.done.get(entry.name)
        if before is not None and entry.version and before.version == entry.version:
            return before
        with named_errors(), self._opening.place.fetch(entry) as path:
            mark = file_mark(path)
            return Seen(entry.version, mark["size"], mark["sha256"])

    def _stands(self, contents: dict[str, Seen]) -> bool:
        """Whether every file that was read is still there, with the same content."""
        start = self._position
        read = {**start.done, start.name: start.content} if start.content else start.done
        return all(name in contents and seen is not None and contents[name].same(seen) for name, seen in read.items())

    def _shapes(self, entries: list[Entry]) -> dict[str, pa.Field]:
        """The columns of the files, in the order in which they first appear."""
        found: dict[str, pa.Field] = {}
        for entry in entries:
            with named_errors(), self._opening.path(Target(entry)) as (path, _):
                try:
                    schema = self._opening.reader(self.file, path, self._opening.layout(path), None).schema
                except (FileEmpty, HeaderOnly):
                    continue
            for field in schema:
                before = found.setdefault(field.name, field.with_nullable(True))
                if before.type != field.type:
                    raise SourceError(
                        f"{entry.name}: column {field.name} is {field.type}, and {before.type} in files before it.",
                        hint="Read files of different kinds as streams of their own.",
                        reason="FILES_DIFFER",
                    )
        return found

    def _complete(self, entries: list[Entry], known: StreamSchema) -> None:
        """Add the accepted columns that no new file has; the exact type of one that is no text is in the old files."""
        lacking = [one for one in known.columns if one.name not in self._fields and one.name != FILE_COLUMN]
        whole = self._shapes(entries) if any(one.type != TEXT for one in lacking) else {}
        for column in lacking:
            if column.type == TEXT:
                self._fields[column.name] = pa.field(column.name, pa.string())
            elif column.name in whole:
                self._fields[column.name] = whole[column.name]

    def _schema(self, known: StreamSchema | None) -> StreamSchema:
        if known is None and not self._fields:
            raise SourceError(f"No file of {self.file} has a record.", hint="Add records.", reason="HEADER_ONLY")
        columns = {column.name: column for column in schema_of(self._arrow).columns}
        names = [] if known is None else [name for name in known.names if name in columns]
        return StreamSchema(tuple(columns[name] for name in dict.fromkeys([*names, *columns])))

    @property
    def _arrow(self) -> pa.Schema:
        own = [field for name, field in self._fields.items() if name != FILE_COLUMN]
        return pa.schema([*own, pa.field(FILE_COLUMN, pa.string())])

    def batches(self) -> Iterator[SourceBatch]:
        """Batches file by file, in the order of their names."""
        for entry in self._pending:
            with named_errors(), self._opening.place.fetch(entry) as fetched:
                self._refuse_changed(entry, fetched)
                yield from self._records(entry, self._opening.holding(fetched))
                self._refuse_changed(entry, fetched)

    def _records(self, entry: Entry, opening: Opening) -> Iterator[SourceBatch]:
        start, content = self._position, self._expected[entry.name]
        after = start.after if start.name == entry.name else 0
        last = 0
        for batch in self._batches_of(entry, opening):
            last = last_record(batch)
            if last > after:
                data, rows, misfits = rest_of(batch, after, entry.name, start.rows)
                state = start.inside(entry.name, content, last).stored()
                yield SourceBatch(self._shaped(data, entry.name), rows, misfits, state)
        if last < after:
            raise beyond(entry.name, last, after)
        self._position = start.behind(entry.name, content, last)

    def _batches_of(self, entry: Entry, opening: Opening) -> Iterator[TabularBatch]:
        with opening.path(Target(entry)) as (path, _):
            try:
                yield from opening.reader(self.file, path, opening.layout(path), None)
            except (FileEmpty, HeaderOnly):
                return

    def _shaped(self, data: pa.RecordBatch, name: str) -> pa.RecordBatch:
        """The batch in the group's shape: columns that the file lacks are null."""
        schema = pa.schema([self._arrow.field(column.name) for column in self.schema.columns])
        names = set(data.schema.names)
        columns = [
            pa.array([name], pa.string()).take(pa.array([0] * data.num_rows, pa.int64()))
            if field.name == FILE_COLUMN
            else data.column(field.name)
            if field.name in names
            else pa.nulls(data.num_rows, field.type)
            for field in schema
        ]
        return pa.RecordBatch.from_arrays(columns, schema=schema)

    def _refuse_changed(self, entry: Entry, fetched: Path) -> None:
        mark, content = file_mark(fetched), self._expected[entry.name]
        if (mark["size"], mark["sha256"]) != (content.size, content.sha256):
            raise changed(entry.name)

    def cursor(self) -> Json:
        """Every file with its content."""
        return self._position.stored()
