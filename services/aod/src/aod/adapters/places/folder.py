"""Folders: which files of one are data sets. Names are those that the mesh's files connector gives its streams."""

import asyncio
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from aos_common.folders import AllowedFolders

from aod.adapters.places import files
from aod.domain.errors import PathNotAllowed, PlaceUnreadable
from aod.domain.location import Location
from aod.ports import Found

MAX_FILES = 10_000
MAX_ENTRIES = 200_000
MAX_DEPTH = 8
NAMED = 3


@dataclass
class Listing:
    """Files by data set name, and what was left out."""

    files: dict[str, Path] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)
    others: list[str] = field(default_factory=list)


class FolderPlace:
    """Looks at allowed folders; without any, none may be looked at."""

    def __init__(self, folders: AllowedFolders) -> None:
        self._folders = folders

    def refuse_forbidden(self, location: Location) -> None:
        """Raise `PathNotAllowed` for a folder outside the roots, symbolic links resolved."""
        self._allowed(location)

    async def look(self, location: Location, found: Found) -> list[str]:
        """Hand over one data set a file or sheet; a file that cannot be read has its error and disturbs no other."""
        listing = await asyncio.to_thread(self._list, location)
        for name, path in listing.files.items():
            for data_set in await asyncio.to_thread(files.profile_file, name, path):
                await found(data_set)
        return list(listing.notes)

    def _allowed(self, location: Location) -> Path:
        try:
            path = Path(location.shown).resolve()
        except (OSError, RuntimeError) as error:
            raise PlaceUnreadable(f"{location.shown} cannot be resolved ({error}).", hint="Check the path.") from None
        if not self._folders.permits(path):
            raise PathNotAllowed(
                f"{location.shown} is outside the folders that this installation may look at.",
                hint="Ask the operator to add it to AOS_FILE_ROOTS.",
            )
        return path

    def _list(self, location: Location) -> Listing:
        base = self._allowed(location)
        if base.is_file():
            return _single(base)
        if not base.is_dir():
            raise PlaceUnreadable(
                f"{location.shown} does not exist.", hint="Check the path; the server itself reads it."
            )
        if not os.access(base, os.R_OK | os.X_OK):
            raise PlaceUnreadable(f"{location.shown} cannot be listed.", hint="Give the server the right to read it.")
        listing = Listing()
        for name, path in sorted(_walk(base, listing, self._folders)):
            listing.files[name] = path
        if listing.others:
            listing.notes[_left_out(sorted(listing.others))] = None
        return listing


def _walk(base: Path, listing: Listing, allowed: AllowedFolders) -> Iterator[tuple[str, Path]]:
    """Data files below `base` with their names; hidden ones and links to folders or out of `base` are left out."""
    found = seen = 0
    for folder, folders, names in os.walk(base, onerror=lambda error: _note_unlisted(base, error, listing)):
        parts = Path(folder).relative_to(base).parts
        folders[:] = sorted(name for name in folders if not name.startswith(".") and _open(Path(folder, name), allowed))
        if len(parts) >= MAX_DEPTH and folders:
            listing.notes[f"folders deeper than {MAX_DEPTH} levels were not looked at"] = None
            folders.clear()
        seen += len(names) + len(folders)
        for name in names:
            path = Path(folder, name)
            if name.startswith("."):
                continue
            if not files.is_data_file(path):
                listing.others.append(os.fsencode(path.relative_to(base)).decode("utf-8", "replace"))
            elif _usable(path, base, listing) and _open(path, allowed):
                found += 1
                yield "/".join((*parts, name)), path
        if found > MAX_FILES or seen > MAX_ENTRIES:
            raise PlaceUnreadable(
                f"{base} holds more than {MAX_FILES:,} data files or {MAX_ENTRIES:,} entries.",
                hint="Scan its subfolders one by one.",
            )


def _usable(path: Path, base: Path, listing: Listing) -> bool:
    try:
        path.name.encode()
        resolved = path.resolve()
        if not resolved.is_relative_to(base):
            listing.notes["symbolic links that lead out of the folder were not followed"] = None
            return False
        # Reading a pipe or a device could block for ever.
        return stat.S_ISREG(resolved.stat().st_mode)
    except UnicodeEncodeError:
        listing.notes["files whose names are not UTF-8 were left out"] = None
    except (OSError, RuntimeError):
        listing.notes["symbolic links that lead nowhere were left out"] = None
    return False


def _left_out(names: list[str]) -> str:
    """Say which files have names that promise no data that can be read."""
    first = ", ".join(names[:NAMED]) + (", …" if len(names) > NAMED else "")
    count = "1 file was" if len(names) == 1 else f"{len(names):,} files were"
    return f"{count} left out, as no known format has such a name: {first}"


def _note_unlisted(base: Path, error: OSError, listing: Listing) -> None:
    where = os.path.relpath(error.filename or base, base).encode("utf-8", "replace").decode()
    listing.notes[f"{where} could not be listed: {error.strerror}"] = None


def _open(path: Path, allowed: AllowedFolders) -> bool:
    """Whether the installation lets it be read; what it keeps private is passed over in silence."""
    try:
        return not allowed.is_private(path.resolve())
    except (OSError, RuntimeError):
        return False


def _single(path: Path) -> Listing:
    if files.is_data_file(path):
        return Listing({path.name: path})
    return Listing(notes={_left_out([path.name]): None})
