"""Zip archives whose members are streams, and gzip of files that are no text."""

import gzip
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from aos_common.tabular import layout_of, refuse_bomb

from aam.adapters.sources.files.errors import named_errors
from aam.adapters.sources.files.places.place import ARCHIVE
from aam.adapters.sources.files.places.spool import PIECE, Spool
from aam.domain.errors import SourceError

MAX_MEMBERS, MAX_DIRECTORY = 10_000, 4 << 20
NESTED = (ARCHIVE, ".gz", ".tar", ".tgz", ".7z", ".rar", ".bz2", ".xz", ".zst")
GZIP, BINARY = b"\x1f\x8b", (b"PAR1", b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
END, END64, LOCATOR64 = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, struct.error)


def members(path: Path) -> dict[str, str]:
    """Members that could be tables by name, each with why it is refused or an empty text."""
    with _opened(path) as archive:
        found: dict[str, str] = {}
        for one in archive.infolist():
            parts = PurePosixPath(one.filename).parts
            hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in parts)
            if one.is_dir() or hidden:
                continue
            refused = _refused(one, twice=one.filename in found)
            if refused or layout_of(Path(one.filename)) is not None:
                found[one.filename] = refused
        return found


@contextmanager
def member(path: Path, name: str, spool: Spool) -> Iterator[Path]:
    """One member as a file, for the length of the block."""
    refused = members(path).get(name)
    if refused is None:
        raise SourceError(
            f"{name} is not in {path.name}.", hint="Put it back, or discover again.", reason="FILE_MISSING"
        )
    if refused:
        raise SourceError(
            f"{path.name}/{name}: {refused}.", hint="Pack the archive again.", reason="ARCHIVE_MEMBER_REFUSED"
        )
    with _opened(path) as archive, spool.copy(name, _unpacked(archive, name), archive.getinfo(name).file_size) as copy:
        yield copy


@contextmanager
def without_gzip(path: Path, spool: Spool) -> Iterator[Path]:
    """The file; a copy without gzip where something is inside that is no text."""
    with path.open("rb") as packed:
        gzipped = packed.read(2) == GZIP
    if not gzipped or not _head(path).startswith(BINARY):
        yield path
        return
    with spool.copy(path.name.removesuffix(".gz"), _gunzipped(path)) as copy:
        yield copy


def _refused(one: zipfile.ZipInfo, *, twice: bool) -> str:
    """Why a member is not read; empty when it is."""
    name = one.filename
    if ".." in PurePosixPath(name).parts or name.startswith("/") or "\\" in name or not name.isprintable():
        return "its name leads out of the archive"
    if name.lower().endswith(NESTED):
        return "an archive inside an archive is not opened"
    if one.flag_bits & 1:
        return "it is locked by a password"
    return "its name stands twice in the archive" if twice else ""


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with path.open("rb") as file:
            _refuse_directory(path, file.seek(0, 2))
        with named_errors(), zipfile.ZipFile(path) as archive:
            _refuse_content(path, archive)
            yield archive
    except BROKEN as error:
        raise _damaged(path, error) from error


def _refuse_directory(path: Path, size: int) -> None:
    """Refuse a list of members that would not fit into memory, before it is read."""
    with path.open("rb") as file:
        file.seek(max(0, size - (1 << 16) - 22 - 20))
        tail = file.read()
        at = tail.rfind(END)
        if at < 0 or len(tail) < at + 22:
            raise zipfile.BadZipFile("it has no list of members: it is cut short, or no archive")
        count, length = struct.unpack_from("<HL", tail, at + 10)
        if at >= 20 and tail[at - 20 :].startswith(LOCATOR64):
            (place,) = struct.unpack_from("<Q", tail, at - 12)
            if place > size:
                raise zipfile.BadZipFile("its list of members lies beyond its end")
            file.seek(place)
            record = file.read(56)
            if not record.startswith(END64):
                raise zipfile.BadZipFile("its list of members is damaged")
            (count,), (length,) = struct.unpack_from("<Q", record, 32), struct.unpack_from("<Q", record, 40)
    if count > MAX_MEMBERS or length > MAX_DIRECTORY:
        raise _too_many(path)


def _refuse_content(path: Path, archive: zipfile.ZipFile) -> None:
    """Judge by the sizes that the archive tells; no member is read beyond its own."""
    found = archive.infolist()
    if len(found) > MAX_MEMBERS:
        raise _too_many(path)
    refuse_bomb(path.name, path.stat().st_size, sum(one.file_size for one in found))


def _unpacked(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as stream:
        while piece := stream.read(PIECE):
            yield piece


def _head(path: Path) -> bytes:
    try:
        with gzip.open(path) as stream:
            return stream.read(8)
    except (OSError, EOFError, zlib.error):
        return b""  # what is damaged is named by whoever reads it


def _gunzipped(path: Path) -> Iterator[bytes]:
    unpacked = 0
    with path.open("rb") as packed, gzip.GzipFile(fileobj=packed, mode="rb") as stream:
        try:
            while piece := stream.read(PIECE):
                unpacked += len(piece)
                refuse_bomb(path.name, packed.tell(), unpacked)
                yield piece
        except (gzip.BadGzipFile, EOFError, zlib.error) as error:
            raise _damaged(path, error) from error


def _too_many(path: Path) -> SourceError:
    return SourceError(
        f"{path.name} has more than {MAX_MEMBERS} members, or very long names.",
        hint="Pack fewer files into one archive.",
        reason="ARCHIVE_TOO_LARGE",
    )


def _damaged(path: Path, error: Exception) -> SourceError:
    return SourceError(
        f"{path.name} cannot be unpacked ({error}).",
        hint="Copy or pack it again; check it with `unzip -t` or `gzip -t`.",
        reason="BROKEN_ARCHIVE",
    )
