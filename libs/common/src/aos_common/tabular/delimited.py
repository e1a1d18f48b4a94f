"""Delimited text as Arrow batches: every column is the raw text, records that do not fit are handed back."""

from collections import deque
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from aos_common.tabular.dialect import sample_rows
from aos_common.tabular.encoding import SAMPLE, raw_chunks, scan_text
from aos_common.tabular.errors import (
    FileEmpty,
    HeaderOnly,
    RecordTooLarge,
    UnclosedQuote,
    WrongEncoding,
)
from aos_common.tabular.model import (
    ReadOptions,
    Rejected,
    TabularBatch,
    TabularFormat,
    place,
    refuse_width,
    unique_names,
)

BLOCK = 1 << 20
"""Bytes parsed at once: with blocks of four megabytes a sync took 70 to 115 MB more."""
TEXT_KEPT = 2000
MAX_FIRST_LINE = 4 << 20


def head_text(path: Path, encoding: str, *, gzipped: bool, size: int = SAMPLE) -> str:
    """The first `size` bytes as text, cut at the last full line where there is more."""
    raw = next(raw_chunks(path, gzipped=gzipped, size=size), b"")
    text = raw.decode(encoding, errors="ignore").removeprefix("\ufeff")
    return text if len(raw) < size or "\n" not in text else text[: text.rindex("\n") + 1]


class DelimitedReader:
    """Streams one delimited file with a single pass after the encoding scan.

    Memory is bounded by a few blocks of `batch_bytes`. Blank lines are no records. The empty text and the null
    markers are null; a quoted marker stays text.
    """

    def __init__(self, path: Path, layout: TabularFormat, options: ReadOptions) -> None:
        self._path, self._format, self._options = path, layout, options
        self._rejected: deque[Rejected] = deque()
        self._following = 1
        self._scan = scan_text(path, gzipped=layout.gzip, encoding=layout.encoding)
        names = self._names()
        self._all = names
        self._kept = [name for name in names if name not in options.exclude_columns]
        self.schema = pa.schema([pa.field(name, pa.string()) for name in self._kept])

    def _names(self) -> list[str]:
        layout = self._format
        text = head_text(self._path, layout.encoding, gzipped=layout.gzip, size=SAMPLE)
        if "\n" not in text and "\r" not in text and self._scan.size > SAMPLE:
            text = self._long_first_line()
        rows = sample_rows(text, layout.delimiter, layout.quote, limit=2)
        if not rows:
            raise FileEmpty(
                f"{place(self._path)}: the file is empty.",
                hint="Export it again; a file without rows still needs a header line.",
                file=place(self._path),
            )
        refuse_width(self._path, len(rows[0]), "the first line")
        names = unique_names(rows[0] if layout.header else [""] * len(rows[0]))
        if layout.header and len(rows) == 1 and self._scan.size <= SAMPLE:
            raise HeaderOnly(
                f"{place(self._path)}: the file has a header ({', '.join(names[:8])}) and no record.",
                hint="Add records, or leave the file out until there are some.",
                file=place(self._path),
                columns="\n".join(names),
            )
        return names

    def _long_first_line(self) -> str:
        """The beginning of a file whose first line is long, which it must end within."""
        size = min(MAX_FIRST_LINE, self._options.batch_bytes)
        text = head_text(self._path, self._format.encoding, gzipped=self._format.gzip, size=size)
        if "\n" not in text and "\r" not in text and self._scan.size > size:
            refuse_width(self._path, text.count(self._format.delimiter) + 1, "the first line")
            raise RecordTooLarge(
                f"{place(self._path)}: the first line is longer than {size} bytes.",
                hint="It should hold the names of the columns: check the file's line ends.",
                file=place(self._path),
            )
        return text

    def __iter__(self) -> Iterator[TabularBatch]:
        self._following, tail_check = 1, None
        self._rejected.clear()
        for data in self._record_batches():
            if not data.num_rows:
                continue
            batch = self._locate(_empty_to_null(data), self._following)
            self._following += batch.data.num_rows + len(batch.rejected)
            tail_check = batch.data
            yield batch
        if tail_check is not None:
            self._refuse_open_quote(tail_check, self._following)
        if self._rejected:
            empty = pa.RecordBatch.from_pylist([], schema=self.schema)
            yield TabularBatch(empty, self._following, tuple(self._rejected))
            self._rejected.clear()

    def _record_batches(self) -> Iterator[pa.RecordBatch]:
        """Batches of `batch_bytes`, parsed in smaller blocks as long as no record is larger than those."""
        size, read = self._options.batch_bytes, 0
        block = min(BLOCK, size)
        try:
            for data in _joined(self._blocks(block), size // block):
                yield data
                read += data.num_rows
        except RecordTooLarge:
            if block == size:
                raise
        else:
            return
        self._rejected.clear()
        for data in self._blocks(size):
            yield data.slice(read)
            read = max(0, read - data.num_rows)

    def _blocks(self, size: int) -> Iterator[pa.RecordBatch]:
        layout, options = self._format, self._options
        source = pa.input_stream(str(self._path), compression="gzip" if layout.gzip else None)
        try:
            with csv.open_csv(
                source,
                read_options=csv.ReadOptions(
                    use_threads=False,
                    block_size=size,
                    column_names=self._all,
                    skip_rows_after_names=1 if layout.header else 0,
                    encoding=layout.encoding,
                ),
                parse_options=csv.ParseOptions(
                    delimiter=layout.delimiter,
                    quote_char=layout.quote,
                    newlines_in_values=True,
                    invalid_row_handler=self._reject,
                ),
                convert_options=csv.ConvertOptions(
                    column_types=dict.fromkeys(self._all, pa.string()),
                    include_columns=self._kept,
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                    null_values=["", *options.null_markers],
                ),
            ) as batches:
                yield from batches
        except (pa.ArrowInvalid, UnicodeError) as error:
            raise self._named(error) from error

    def _named(self, error: Exception) -> RecordTooLarge | WrongEncoding | FileEmpty:
        file = place(self._path)
        if "straddling" in str(error):
            return RecordTooLarge(
                f"{file}: a record is larger than {self._options.batch_bytes} bytes.",
                hint="Look for a quote that is opened and never closed; otherwise raise `batch_bytes`.",
                file=file,
            )
        if "Empty CSV" in str(error):
            return FileEmpty(f"{file}: the file is empty.", hint="Export it again.", file=file)
        return WrongEncoding(
            f"{file}: the text does not decode as {self._format.encoding} ({error}).",
            hint="Name the file's real encoding in the `encoding` option.",
            file=file,
        )

    def _reject(self, row: csv.InvalidRow) -> str:
        record = row.number - (1 if self._format.header else 0)
        if record < self._following:  # told already, when it was parsed in a smaller block
            return "skip"
        reason = f"{row.actual_columns} values where the header names {row.expected_columns} columns"
        self._rejected.append(Rejected(record, reason, row.text[:TEXT_KEPT]))
        return "skip"

    def _locate(self, data: pa.RecordBatch, first: int) -> TabularBatch:
        """The parser runs a block ahead, so only rejects inside this batch's span belong to it."""
        mine: list[Rejected] = []
        end = first + data.num_rows
        while self._rejected and self._rejected[0].row < end:
            mine.append(self._rejected.popleft())
            end += 1
        return TabularBatch(data, first, tuple(mine))

    def _refuse_open_quote(self, data: pa.RecordBatch, following: int) -> None:
        last = data.column(data.num_columns - 1)[data.num_rows - 1].as_py() if data.num_columns else None
        if last and "\n" in last and self._scan.last_byte not in (b"", self._format.quote.encode()):
            raise UnclosedQuote(
                f"{place(self._path)}: record {following - 1} opens a quote that never closes.",
                hint="Close the quote in that record (a quote inside a value is written twice).",
                file=place(self._path),
                record=str(following - 1),
            )


def _joined(batches: Iterator[pa.RecordBatch], count: int) -> Iterator[pa.RecordBatch]:
    while some := list(islice(batches, count)):
        yield pa.concat_batches(some) if len(some) > 1 else some[0]


def _empty_to_null(data: pa.RecordBatch) -> pa.RecordBatch:
    """Quoted empty text is null as unquoted empty text is: writers that quote everything mean the same by it."""
    columns = []
    for column in data.columns:
        empty = pc.equal(column, "")
        columns.append(pc.if_else(empty, None, column) if pc.any(empty).as_py() else column)
    return pa.RecordBatch.from_arrays(columns, schema=data.schema)
