"""The source behind the settings: which streams there are, and how each is read."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from aos_common.tabular import TabularError

from aam.adapters.sources.files.archives import members
from aam.adapters.sources.files.errors import named_errors
from aam.adapters.sources.files.globs import matches
from aam.adapters.sources.files.groups import GroupRead
from aam.adapters.sources.files.opening import SHEET, Opening, Target
from aam.adapters.sources.files.places.place import Entry
from aam.adapters.sources.files.reading import FileRead, NothingNew, file_mark, remote_version, schema_of
from aam.adapters.sources.files.settings import FileSettings
from aam.adapters.sources.settings import endpoint_of
from aam.adapters.sources.spans.files import read_span
from aam.domain.errors import BackfillRefused, SourceError
from aam.domain.schema import StreamSchema
from aam.domain.steering import Span
from aam.ports import DiscoveredStream, Json, StreamRead


class FileSource:
    """Reads files; the cursor of a stream is its content's size and SHA-256, so the same content is not read again."""

    def __init__(self, settings: FileSettings, opening: Opening) -> None:
        self._settings, self._opening = settings, opening
        self.location = opening.place.location

    def endpoints(self) -> list[tuple[str, int]]:
        """The server of a bucket or URL; none for a folder."""
        settings = self._settings
        if not settings.scheme:
            return []
        amazon = f"https://s3.{settings.region}.amazonaws.com"
        return [endpoint_of(settings.endpoint or amazon if settings.scheme == "s3" else settings.path)]

    def check(self) -> None:
        """Raise unless the place can be reached and holds at least one file of a known kind."""
        if not self._opening.place.entries():
            raise SourceError(
                f"{self.location} holds no file that can be read.",
                hint="Supported are csv, tsv, txt, parquet, json, jsonl, xlsx, xls, ods; also as .gz or in a .zip.",
            )

    def discover(self) -> list[DiscoveredStream]:
        """One stream a file, a sheet of a workbook, a member of an archive, or a group of files that the settings name.

        What cannot be read is listed with its error.
        """
        entries = self._opening.place.entries()
        found = [self._discovered_group(name, entries) for name in self._settings.streams]
        for name, entry in entries.items():
            if self._grouped(name):
                continue
            found += self._archived(entry) if entry.archive else self._discovered(name, Target(entry))
        return sorted(found, key=lambda stream: stream.name)

    def _archived(self, entry: Entry) -> list[DiscoveredStream]:
        """The members of an archive, which is fetched once for all of them."""
        try:
            with self._opening.place.fetch(entry) as path:
                found: list[DiscoveredStream] = []
                for name, refused in members(path).items():
                    stream = f"{entry.name}/{name}"
                    if refused:
                        found.append(DiscoveredStream(stream, None, f"{stream}: {refused}."))
                    else:
                        found += self._discovered(stream, Target(entry, name), self._opening.holding(path))
                return found
        except SourceError as error:
            return [DiscoveredStream(entry.name, None, str(error))]

    def _discovered(self, stream: str, target: Target, opening: Opening | None = None) -> list[DiscoveredStream]:
        opening = opening or self._opening
        try:
            with named_errors(), opening.path(target) as (path, _):
                layout = opening.layout(path)
                found = []
                for sheet in layout.sheets or ("",):
                    name = f"{stream}{SHEET}{sheet}" if sheet else stream
                    try:
                        shape = schema_of(opening.reader(name, path, layout, sheet).schema)
                        found.append(DiscoveredStream(name, shape))
                    except TabularError as error:
                        found.append(DiscoveredStream(name, None, str(error)))
                return found
        except SourceError as error:
            return [DiscoveredStream(stream, None, str(error))]

    def _discovered_group(self, name: str, entries: dict[str, Entry]) -> DiscoveredStream:
        try:
            group = GroupRead(name, self._opening, self._members_of(name, entries), {}, None)
            return DiscoveredStream(name, group.schema, documentation=f"Files like {self._settings.streams[name]}.")
        except SourceError as error:
            return DiscoveredStream(name, None, str(error))

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator[StreamRead]:
        """Open one stream; reading fails when a file changes meanwhile."""
        with self.read_as(stream, cursor, None) as read:
            yield read

    @contextmanager
    def read_as(self, stream: str, cursor: Json, known: StreamSchema | None) -> Iterator[StreamRead]:
        """Open one stream; with its accepted shape at hand, a remote file that has not changed is not fetched."""
        entries = self._opening.place.entries()
        if stream in self._settings.streams:
            yield GroupRead(stream, self._opening, self._members_of(stream, entries), cursor, known)
            return
        target = self._target(stream, entries)
        version = target.entry.version
        if known is not None and version and remote_version(cursor) == version:
            yield NothingNew(stream, known, cursor)
            return
        with named_errors(), self._opening.path(target) as (path, own):
            layout = self._opening.layout(path)
            mark = file_mark(path)
            reader = self._opening.reader(stream, path, layout, target.sheet)
            yield FileRead(stream, path, reader, mark, cursor, own=own, version=version)

    @contextmanager
    def read_span(self, stream: str, span: Span, place: Json, known: StreamSchema | None) -> Iterator[StreamRead]:
        """Open those files of a group that were changed in a range of time."""
        if stream not in self._settings.streams:
            raise BackfillRefused(
                f"{stream} is one file, which has no ranges.",
                hint="Read it whole: full_refresh. Groups of files (`streams`) have ranges: the times of their files.",
            )
        entries = self._members_of(stream, self._opening.place.entries())
        yield read_span(stream, self._opening, entries, span, place, known)

    def _target(self, stream: str, entries: dict[str, Entry]) -> Target:
        whole, _, sheet = stream.rpartition(SHEET)
        for name, tab in ((stream, None), (whole, sheet)):
            entry = entries.get(name)
            if entry is not None and not entry.archive and not self._grouped(name):
                return Target(entry, sheet=tab)
        if stream in entries and entries[stream].archive:
            self._refuse_archive(entries[stream])
        for name, entry in entries.items():
            if entry.archive and stream.startswith(f"{name}/"):
                return self._target_inside(entry, stream.removeprefix(f"{name}/"))
        raise SourceError(f"{stream} is no longer in {self.location}.", hint="Put the file back, or discover again.")

    def _refuse_archive(self, entry: Entry) -> NoReturn:
        """An archive is no stream; where it cannot be opened, that is the reason to tell."""
        with named_errors(), self._opening.place.fetch(entry) as path:
            members(path)
        raise SourceError(f"{entry.name} is an archive.", hint="Its members are the streams: discover again.")

    def _target_inside(self, entry: Entry, name: str) -> Target:
        whole, _, sheet = name.rpartition(SHEET)
        plain = SHEET not in name or name.lower().endswith((".csv", ".tsv", ".txt", ".json", ".jsonl", ".parquet"))
        return Target(entry, name) if plain else Target(entry, whole, sheet)

    def _grouped(self, name: str) -> bool:
        return any(matches(name, glob) for glob in self._settings.streams.values())

    def _members_of(self, stream: str, entries: dict[str, Entry]) -> list[Entry]:
        glob = self._settings.streams[stream]
        return [entry for name, entry in entries.items() if matches(name, glob) and not entry.archive]
