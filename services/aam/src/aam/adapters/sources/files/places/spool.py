"""Copies of remote files: received in pieces, within a size, a time and the room there is."""

import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from aam.adapters.sources.files.errors import no_space, too_large
from aam.adapters.sources.files.places.place import copy_name
from aam.domain.errors import Fault, SourceError

KEPT_FREE = 256 << 20
PIECE = 1 << 20


class Spool:
    """Where copies lie while they are read; `max_bytes` and `seconds` bound each."""

    def __init__(self, scratch: Path | None, max_bytes: int, seconds: float) -> None:
        self._scratch, self.max_bytes, self._seconds = scratch, max_bytes, seconds

    @contextmanager
    def folder(self) -> Iterator[Path]:
        """A folder that is gone when the block ends."""
        with tempfile.TemporaryDirectory(prefix="aam-files-", dir=self._scratch) as folder:
            yield Path(folder)

    @contextmanager
    def copy(self, name: str, pieces: Iterable[bytes], expected: int = -1) -> Iterator[Path]:
        """The pieces as a file, for the length of the block; `expected` is its size as announced, -1 if unknown."""
        with self.folder() as folder:
            path = folder / copy_name(name)
            self._receive(path, name, pieces, expected)
            yield path

    def _receive(self, path: Path, name: str, pieces: Iterable[bytes], expected: int) -> None:
        if expected > self.max_bytes:
            raise too_large(name, self.max_bytes)
        if expected > shutil.disk_usage(path.parent).free - KEPT_FREE:
            raise no_space(f"{expected} bytes announced")
        size, until = 0, time.monotonic() + self._seconds
        with path.open("wb") as file:
            for piece in pieces:
                size += len(piece)
                if size > self.max_bytes:
                    raise too_large(name, self.max_bytes)
                if time.monotonic() > until:
                    raise _slow(name, self._seconds)
                file.write(piece)
        if expected >= 0 and size != expected:
            raise SourceError(
                f"{name} came with {size} of {expected} bytes.",
                hint="Sync again; if it stays so, the server closes connections too early.",
                fault=Fault.TRANSIENT,
                reason="FETCH_CUT_SHORT",
            )


def _slow(name: str, seconds: float) -> SourceError:
    return SourceError(
        f"{name} was not fetched within {seconds:.0f} seconds.",
        hint="Sync again, or raise `fetch_seconds`.",
        fault=Fault.TRANSIENT,
        reason="FETCH_TOO_SLOW",
    )
