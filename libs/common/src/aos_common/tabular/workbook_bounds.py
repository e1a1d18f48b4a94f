"""What a workbook may hold before it is opened: opening one takes the memory that its cells span."""

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from aos_common.tabular.errors import CorruptFile, RecordTooLarge
from aos_common.tabular.model import place
from aos_common.tabular.unpacking import refuse_bomb

MAX_CELLS = 20_000_000
MAX_UNPACKED = 2 << 30
MAX_PARTS = 10_000
PIECE, OVERLAP = 4 << 20, 64
ZIP = b"PK\x03\x04"
CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]{0,40}?r=["']([A-Z]{1,3})([0-9]{1,7})["']""")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError)


def refuse_oversized(path: Path) -> None:
    """Raise for a workbook whose parts unpack to too much, or whose cells span too wide a range.

    A sheet is held as the rectangle around its cells: two cells in opposite corners are 17 thousand million.
    """
    with path.open("rb") as file:
        if file.read(4) != ZIP:
            return
    try:
        with zipfile.ZipFile(path) as book:
            parts = book.infolist()
            unpacked = sum(part.file_size for part in parts)
            refuse_bomb(place(path), path.stat().st_size, unpacked, limit=MAX_UNPACKED)
            if len(parts) > MAX_PARTS:
                raise _oversized(path, f"it has {len(parts)} parts")
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    with book.open(part) as stream:
                        _refuse_span(path, stream)
    except BROKEN as error:
        raise CorruptFile(
            f"{place(path)}: the workbook cannot be opened ({error}).",
            hint="Open and save it again without a password, or export the sheet as CSV.",
            file=place(path),
        ) from error


def _refuse_span(path: Path, stream: IO[bytes]) -> None:
    columns = rows = 0
    rest = b""
    while piece := stream.read(PIECE):
        text = rest + piece
        for column, row in CELL.findall(text):
            columns, rows = max(columns, _number(column)), max(rows, int(row))
        if columns * rows > MAX_CELLS:
            raise _oversized(path, f"its cells span {columns} columns and {rows} rows")
        rest = text[-OVERLAP:]


def _number(letters: bytes) -> int:
    """A is 1, Z is 26, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _oversized(path: Path, what: str) -> RecordTooLarge:
    return RecordTooLarge(
        f"{place(path)}: {what}; at most {MAX_CELLS} cells are opened.",
        hint="Delete the cells far from the table, or export the sheet as CSV.",
        file=place(path),
    )
