"""Finding out what a file is, and opening it: the two entry points of this package."""

import codecs
from dataclasses import replace
from pathlib import Path

from aos_common.tabular.delimited import DelimitedReader, head_text
from aos_common.tabular.dialect import find_delimiter, find_quote, has_header, sample_rows
from aos_common.tabular.encoding import SAMPLE, raw_chunks, scan_text
from aos_common.tabular.errors import (
    BrokenGzip,
    FileEmpty,
    FileMissing,
    NotThisFormat,
    UnknownSheet,
    WrongEncoding,
)
from aos_common.tabular.excel import ExcelReader, sheet_names
from aos_common.tabular.json_records import JsonReader
from aos_common.tabular.model import Layout, ReadOptions, TabularFormat, TabularReader, place
from aos_common.tabular.parquet import MAGIC, ParquetReader

EXTENSIONS = {
    ".csv": Layout.DELIMITED,
    ".tsv": Layout.DELIMITED,
    ".tab": Layout.DELIMITED,
    ".txt": Layout.DELIMITED,
    ".parquet": Layout.PARQUET,
    ".json": Layout.JSON_ARRAY,
    ".jsonl": Layout.JSON_LINES,
    ".ndjson": Layout.JSON_LINES,
    ".xlsx": Layout.EXCEL,
    ".xlsm": Layout.EXCEL,
    ".xls": Layout.EXCEL,
    ".ods": Layout.EXCEL,
}
GZIP, ZIP, OLE = b"\x1f\x8b", b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def layout_of(path: Path) -> Layout | None:
    """The layout that the file's name promises (`.gz` looked through), or None for an unknown extension."""
    return EXTENSIONS.get(_inner_suffix(path))


def _inner_suffix(path: Path) -> str:
    name = path.name.lower()
    return Path(name.removesuffix(".gz")).suffix


def sniff(path: Path, *, encoding: str = "") -> TabularFormat:
    """What the file is, by its content first and its name second; reads text files once to judge their encoding.

    A given `encoding` of text files is not judged.

    Raises `FileMissing`, `FileEmpty`, `NotThisFormat`, `FileTruncated`, `BrokenGzip`, `MixedEncoding`.
    """
    head = _head(path)
    promised = layout_of(path)
    gzipped = head.startswith(GZIP)
    if path.name.lower().endswith(".gz") and not gzipped:
        raise BrokenGzip(
            f"{place(path)}: the file is named .gz and is not gzip.",
            hint="Compress it, or drop the extension.",
            file=place(path),
            offset="0",
        )
    if gzipped:
        head = next(raw_chunks(path, gzipped=True, size=SAMPLE), b"")
    if head.startswith(MAGIC) or promised is Layout.PARQUET:
        return _binary(path, Layout.PARQUET, head, (MAGIC,), gzipped=gzipped)
    if head.startswith((ZIP, OLE)) or promised is Layout.EXCEL:
        found = _binary(path, Layout.EXCEL, head, (ZIP, OLE), gzipped=gzipped)
        return replace(found, sheets=sheet_names(path))
    return _text(path, promised, gzipped=gzipped, encoding=encoding)


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            head = stream.read(SAMPLE)
    except OSError as error:
        raise FileMissing(
            f"{place(path)}: the file cannot be opened ({error.strerror}).",
            hint="Check the path and its permissions.",
            file=place(path),
        ) from error
    if not head:
        raise FileEmpty(
            f"{place(path)}: the file is empty.",
            hint="Export it again, or leave it out.",
            file=place(path),
        )
    return head


def _binary(path: Path, layout: Layout, head: bytes, magics: tuple[bytes, ...], *, gzipped: bool) -> TabularFormat:
    if gzipped or not head.startswith(magics):
        raise NotThisFormat(
            f"{place(path)}: the file is not {layout.value}{' (it is gzip)' if gzipped else ''}, as its name says.",
            hint="Give it the extension of what it really is, decompress it, or export it again.",
            file=place(path),
        )
    return TabularFormat(layout)


def _text(path: Path, promised: Layout | None, *, gzipped: bool, encoding: str) -> TabularFormat:
    scan = scan_text(path, gzipped=gzipped, encoding=encoding)
    _refuse_unknown(path, scan.encoding)
    text = head_text(path, scan.encoding, gzipped=gzipped)
    if not text.strip():
        raise FileEmpty(f"{place(path)}: the file is empty.", hint="Export it again.", file=place(path))
    first = text.lstrip()[0]
    if promised in (Layout.JSON_ARRAY, Layout.JSON_LINES) or (promised is None and first in "[{"):
        if first not in "[{":
            raise NotThisFormat(
                f"{place(path)}: the file is named as JSON and does not begin with an array or an object.",
                hint="Give it the extension of what it really is, or export it again.",
                file=place(path),
            )
        layout = Layout.JSON_ARRAY if first == "[" else Layout.JSON_LINES
        return TabularFormat(layout, gzip=gzipped, encoding=scan.encoding)
    quote = find_quote(text)
    delimiter = find_delimiter(text, quote, "\t" if _inner_suffix(path) in (".tsv", ".tab") else ",")
    header = has_header(sample_rows(text, delimiter, quote))
    return TabularFormat(Layout.DELIMITED, gzipped, scan.encoding, delimiter, quote, header)


def _refuse_unknown(path: Path, encoding: str) -> None:
    try:
        codecs.lookup(encoding)
    except LookupError:
        raise WrongEncoding(
            f"{place(path)}: there is no encoding {encoding!r}.",
            hint="Name one that Python knows, for example utf-8, utf-16 or cp1252.",
            file=place(path),
        ) from None


def open_batches(
    path: Path,
    *,
    layout: TabularFormat | None = None,
    sheet: str | None = None,
    options: ReadOptions | None = None,
) -> TabularReader:
    """Opens the file for reading in batches of bounded memory; blocking, so call and iterate it in a thread.

    `layout` defaults to what `sniff` finds; `sheet` is needed for a workbook with more than one. Text layouts yield
    string columns with the raw text, Parquet its own types. The result has `.schema` and iterates `TabularBatch`; it
    may be iterated again. Raises the errors of `aos_common.tabular.errors`.
    """
    found = layout or sniff(path)
    chosen = options or ReadOptions()
    match found.layout:
        case Layout.PARQUET:
            return ParquetReader(path, chosen)
        case Layout.DELIMITED:
            return DelimitedReader(path, found, chosen)
        case Layout.EXCEL:
            return ExcelReader(path, _sheet(path, found, sheet), chosen)
        case _:
            return JsonReader(path, found, chosen)


def _sheet(path: Path, found: TabularFormat, sheet: str | None) -> str:
    sheets = found.sheets or sheet_names(path)
    if sheet is not None:
        return sheet
    if len(sheets) != 1:
        raise UnknownSheet(
            f"{place(path)}: the workbook has {len(sheets)} sheets ({', '.join(sheets)}); name one.",
            hint="Pass the sheet's name.",
            file=place(path),
        )
    return sheets[0]
