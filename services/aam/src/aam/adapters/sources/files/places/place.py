"""What every place of files can do."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

from aos_common.tabular import layout_of

MAX_FILES = 10_000
ARCHIVE = ".zip"


@dataclass(frozen=True)
class Entry:
    """A file as listed.

    `key` is the place's own name of it. `version` changes with its content and can be had without fetching it; empty
    where the place tells nothing reliable. `modified` is when it was changed, where the place tells that.
    """

    name: str
    key: str
    size: int = -1
    version: str = ""
    modified: datetime | None = None

    @property
    def archive(self) -> bool:
        """Whether it is an archive, whose members are the streams."""
        return self.name.lower().endswith(ARCHIVE)


class Place(Protocol):
    """Where files are. Every method blocks; failures are `SourceError`s."""

    location: str
    local: bool
    """Whether `fetch` gives the file itself, which somebody may change meanwhile, and not a copy."""

    def entries(self) -> dict[str, Entry]:
        """Files that may be readable, by name, at most `MAX_FILES`."""

    def fetch(self, entry: Entry) -> AbstractContextManager[Path]:
        """The file on this machine, for the length of the block."""


def readable(name: str) -> bool:
    """Whether a name is one of a file that can be read, and no part of it is hidden."""
    path = PurePosixPath(name)
    if any(part.startswith(".") for part in path.parts):
        return False
    return name.lower().endswith(ARCHIVE) or layout_of(Path(path.name)) is not None


def copy_name(name: str) -> str:
    """A harmless file name for the copy of a file: its own last name, so that messages can show it."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(char if char.isprintable() and char != "\x00" else "_" for char in last).lstrip(".")
    ending = kept[-40:] if len(kept.encode()) > 200 else kept
    return ending if len(ending.encode()) <= 200 and ending else "file"
