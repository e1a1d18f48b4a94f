"""From an entry of a place to a reader of its rows: fetched, unpacked, recognised."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from aos_common.tabular import ReadOptions, TabularFormat, TabularReader, open_batches, sniff

from aam.adapters.sources.files.archives import member, without_gzip
from aam.adapters.sources.files.places.place import Entry, Place
from aam.adapters.sources.files.places.spool import Spool
from aam.adapters.sources.files.settings import FileSettings

SHEET = "#"


@dataclass(frozen=True)
class Target:
    """What a stream is read from: an entry, inside an archive a member, in a workbook a sheet (None: its only one)."""

    entry: Entry
    member: str = ""
    sheet: str | None = None


class Held:
    """A place of which one file is at hand."""

    def __init__(self, path: Path, place: Place) -> None:
        self._path, self._place = path, place
        self.location, self.local = place.location, place.local

    def entries(self) -> dict[str, Entry]:
        """Those of the place itself."""
        return self._place.entries()

    @contextmanager
    def fetch(self, entry: Entry) -> Iterator[Path]:
        """The file at hand."""
        del entry
        yield self._path


class Opening:
    """Opens targets of one place with the connection's settings."""

    def __init__(self, place: Place, spool: Spool, settings: FileSettings, batch_bytes: int) -> None:
        self.place, self.spool = place, spool
        self._settings, self._batch_bytes = settings, batch_bytes

    @contextmanager
    def path(self, target: Target) -> Iterator[tuple[Path, bool]]:
        """The file of a target, and whether it is our own copy, which nobody changes."""
        with ExitStack() as stack:
            path = fetched = stack.enter_context(self.place.fetch(target.entry))
            if target.member:
                path = stack.enter_context(member(path, target.member, self.spool))
            path = stack.enter_context(without_gzip(path, self.spool))
            yield path, path != fetched or not self.place.local

    def holding(self, path: Path) -> "Opening":
        """The same for a file that is fetched already."""
        return Opening(Held(path, self.place), self.spool, self._settings, self._batch_bytes)

    def layout(self, path: Path) -> TabularFormat:
        """What the file is."""
        return sniff(path, encoding=self._settings.encoding)

    def reader(self, stream: str, path: Path, layout: TabularFormat, sheet: str | None) -> TabularReader:
        """A reader of the file, or of one of its sheets."""
        options = ReadOptions(
            null_markers=tuple(self._settings.null_markers),
            batch_bytes=self._batch_bytes,
            exclude_columns=frozenset(self._settings.exclude_columns.get(stream, ())),
        )
        return open_batches(path, layout=layout, sheet=sheet if layout.sheets else None, options=options)
