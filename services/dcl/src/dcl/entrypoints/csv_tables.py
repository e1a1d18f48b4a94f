"""Reads a bounded sample of a CSV file, whatever its encoding, size and neatness, as a table to match."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from aos_common.errors import DomainError, Kind

from dcl.domain.matching.model import MAX_VALUES, Column, Table

WHOLE_FILE_BYTES = 16 * 2**20
"""Up to this size a file is read whole and its rows are taken evenly; above it, pieces are read from all over it."""
PIECES = 40
PIECE_BYTES = 256 * 2**10
MAX_COLUMNS = 2_000
_CELL_LIMIT = 2**24
_DELIMITERS = ",\t;|"
_CJK_SHARE = 0.5


class FileMissing(DomainError):
    """There is no readable file at this path."""

    reason = "FILE_MISSING"
    kind = Kind.NOT_FOUND


class FileWithoutHeader(DomainError):
    """The file has no first line that names columns."""

    reason = "FILE_WITHOUT_HEADER"
    kind = Kind.INVALID


class FileNotText(DomainError):
    """The file is not a text file."""

    reason = "FILE_NOT_TEXT"
    kind = Kind.INVALID


class TableTooWide(DomainError):
    """The file has more columns than can be matched at once."""

    reason = "TABLE_TOO_WIDE"
    kind = Kind.EXHAUSTED


def read_table(
    path: Path, types: Mapping[str, str] | None = None, descriptions: Mapping[str, str] | None = None
) -> Table:
    """The table of a CSV file: all columns, with at most MAX_VALUES rows spread over the file.

    `types`, `descriptions`: by column name. Short rows are filled with nulls, surplus cells ignored.
    Raises FileMissing, FileWithoutHeader, FileNotText, TableTooWide.
    """
    csv.field_size_limit(_CELL_LIMIT)
    try:
        with path.open("rb") as file:
            pieces = _pieces(file, path.stat().st_size)
    except OSError as error:
        raise FileMissing(f"cannot read {path}: {error.strerror}", hint="check the path and its permissions") from error
    header, rows = _rows(path, pieces)
    names = [name.strip() or f"column {index}" for index, name in enumerate(header, 1)]
    if len(names) > MAX_COLUMNS:
        raise TableTooWide(
            f"{path.name} has {len(names)} columns", hint=f"match at most {MAX_COLUMNS} columns at a time"
        )
    cells = _spread(rows)
    return Table(
        path.stem,
        tuple(
            Column(
                name=name,
                type=(types or {}).get(name),
                description=(descriptions or {}).get(name) or None,
                values=tuple(row[index] if index < len(row) else None for row in cells),
            )
            for index, name in enumerate(names)
        ),
    )


def _pieces(file: BinaryIO, size: int) -> list[bytes]:
    if size <= WHOLE_FILE_BYTES:
        return [file.read()]
    pieces = [file.read(PIECE_BYTES).rpartition(b"\n")[0]]
    for index in range(1, PIECES):
        file.seek(size * index // PIECES)
        pieces.append(file.read(PIECE_BYTES).partition(b"\n")[2].rpartition(b"\n")[0])
    return pieces


def _rows(path: Path, pieces: Sequence[bytes]) -> tuple[list[str], list[list[str]]]:
    encoding = detect_encoding(pieces[0])
    texts = [piece.decode(encoding, errors="replace") for piece in pieces]
    if "\x00" in texts[0][:4096]:
        raise FileNotText(f"{path.name} is not a text file", hint="give a CSV file; export other formats to CSV first")
    first = texts[0].lstrip("\ufeff\r\n")
    if not first.strip():
        raise FileWithoutHeader(f"{path.name} is empty", hint="the first line must name the columns")
    delimiter = _delimiter(first)
    reader = _parse(first, delimiter)
    header = next(reader, [])
    rows = list(reader)
    for text in texts[1:]:
        rows += [row for row in islice(_parse(text, delimiter), MAX_VALUES) if len(row) == len(header)]
    return header, [row for row in rows if any(row)]


def _parse(text: str, delimiter: str) -> Iterator[list[str]]:
    return csv.reader(io.StringIO(text.replace("\r\n", "\n").replace("\r", "\n"), newline=""), delimiter=delimiter)


def _spread(rows: Sequence[list[str]]) -> list[list[str]]:
    if len(rows) <= MAX_VALUES:
        return list(rows)
    return [rows[index * len(rows) // MAX_VALUES] for index in range(MAX_VALUES)]


def _delimiter(text: str) -> str:
    line = next(csv.reader(io.StringIO(text.splitlines()[0]), delimiter="\x1f"), [""])[0]
    return max(_DELIMITERS, key=lambda delimiter: (line.count(delimiter), delimiter == ","))


def detect_encoding(data: bytes) -> str:
    """UTF-8 or UTF-16 by mark or validity; else a Chinese encoding if it decodes to ideographs; else Windows-1252."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    head = data[: 2**20]
    for encoding in ("utf-8-sig", "gb18030", "big5"):
        text = _decoded(head, encoding)
        if text is not None and (encoding == "utf-8-sig" or _cjk_share(text) >= _CJK_SHARE):
            return encoding
    return "cp1252"


def _decoded(data: bytes, encoding: str) -> str | None:
    for cut in range(4):  # the sample may end inside a character
        try:
            return data[: len(data) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
    return None


def _cjk_share(text: str) -> float:
    foreign = [character for character in text if not character.isascii()]
    common = sum("\u4e00" <= character <= "\u9fff" or "\u3000" <= character <= "\u30ff" for character in foreign)
    return common / len(foreign) if foreign else 0.0
