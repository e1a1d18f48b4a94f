"""One sheet of a workbook as Arrow batches of text."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum

from aos_common.tabular.errors import CorruptFile, FileEmpty, HeaderOnly, UnknownSheet
from aos_common.tabular.model import ReadOptions, Rejected, TabularBatch, place, refuse_width, unique_names
from aos_common.tabular.workbook_bounds import refuse_oversized


def open_workbook(path: Path) -> CalamineWorkbook:
    """The workbook, or `CorruptFile` when it cannot be opened (damaged, or locked by a password)."""
    refuse_oversized(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except (CalamineError, OSError, ValueError) as error:
        raise CorruptFile(
            f"{place(path)}: the workbook cannot be opened ({error}).",
            hint="Open and save it again without a password, or export the sheet as CSV.",
            file=place(path),
        ) from error


def sheet_names(path: Path) -> tuple[str, ...]:
    """The names of the sheets that hold cells, in the workbook's order."""
    book = open_workbook(path)
    names = [meta.name for meta in book.sheets_metadata if meta.typ is SheetTypeEnum.WorkSheet]
    return tuple(name for name in names if book.get_sheet_by_name(name).end is not None)


class ExcelReader:
    """Reads one sheet; the first row that is not blank is the header, blank rows are no records.

    A sheet has at most 1,048,576 rows, which bounds memory. Record numbers count rows below the header.
    """

    def __init__(self, path: Path, sheet: str, options: ReadOptions) -> None:
        self._path, self._sheet, self._options = path, sheet, options
        rows = self._rows()
        header = next(rows, None)
        if header is None:
            raise FileEmpty(f"{place(path)}: sheet {sheet} is empty.", hint="Choose another sheet.", file=place(path))
        self._width = max((index + 1 for index, cell in enumerate(header[1]) if cell), default=0)
        refuse_width(path, self._width, f"sheet {sheet}")
        self._names = unique_names([cell or "" for cell in header[1][: self._width]])
        if next(rows, None) is None:
            raise HeaderOnly(
                f"{place(path)}: sheet {sheet} has a header and no record.",
                hint="Add records, or leave the sheet out until there are some.",
                file=place(path),
                columns="\n".join(self._names),
            )
        kept = [name for name in self._names if name not in options.exclude_columns]
        self.schema = pa.schema([pa.field(name, pa.string()) for name in kept])

    def _open(self) -> CalamineSheet:
        book = open_workbook(self._path)
        if self._sheet not in book.sheet_names:
            raise UnknownSheet(
                f"{place(self._path)}: there is no sheet {self._sheet}; there are {', '.join(book.sheet_names)}.",
                hint="Discover the connection again.",
                file=place(self._path),
            )
        return book.get_sheet_by_name(self._sheet)

    def _rows(self) -> Iterator[tuple[int, list[str | None]]]:
        """Rows with their 1-based position in the sheet's used range; blank rows left out."""
        for position, row in enumerate(self._open().iter_rows(), start=1):
            cells = [cell_text(cell) for cell in row]
            if any(cells):
                yield position, cells

    def __iter__(self) -> Iterator[TabularBatch]:
        rows = self._rows()
        next(rows)
        kept: list[list[str | None]] = []
        rejected: list[Rejected] = []
        first = record = 1
        for record, (_, cells) in enumerate(rows, start=1):
            if any(cells[self._width :]):
                text = ",".join(cell or "" for cell in cells)[:2000]
                rejected.append(Rejected(record, f"values beyond the {self._width} columns of the header", text))
            else:
                kept.append(cells[: self._width] + [None] * (self._width - len(cells)))
            if len(kept) >= self._options.batch_rows:
                yield self._batch(kept, first, rejected)
                kept, rejected, first = [], [], record + 1
        if kept or rejected:
            yield self._batch(kept, first, rejected)

    def _batch(self, rows: list[list[str | None]], first: int, rejected: list[Rejected]) -> TabularBatch:
        wanted = [index for index, name in enumerate(self._names) if name in self.schema.names]
        columns = [pa.array([row[index] for row in rows], pa.string()) for index in wanted]
        return TabularBatch(pa.RecordBatch.from_arrays(columns, schema=self.schema), first, tuple(rejected))


def cell_text(cell: Any) -> str | None:
    """A cell as text: whole floats without a fraction, dates and times in ISO 8601, truth values in lower case."""
    match cell:
        case None | "":
            text = None
        case bool():
            text = "true" if cell else "false"
        case float():
            text = str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime():
            text = cell.date().isoformat() if cell.time() == time() else cell.isoformat(sep=" ")
        case date() | time():
            text = cell.isoformat()
        case timedelta():
            text = str(cell.total_seconds())
        case _:
            text = str(cell)
    return text
