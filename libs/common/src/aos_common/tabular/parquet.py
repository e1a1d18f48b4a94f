"""Parquet as Arrow batches that keep the file's own types."""

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pyarrow.types as pt

from aos_common.tabular.errors import CorruptFile, FileTruncated, NotThisFormat, UnsupportedColumnType
from aos_common.tabular.model import ReadOptions, TabularBatch, place, refuse_width

MAGIC = b"PAR1"
READ_AHEAD = 1 << 20


def readable(kind: pa.DataType) -> bool:
    """Whether values of this type can be handed on without loss: scalars, and lists, structs and maps of them."""
    if pt.is_dictionary(kind):
        return readable(kind.value_type)
    if pt.is_list(kind) or pt.is_large_list(kind) or pt.is_fixed_size_list(kind):
        return readable(kind.value_type)
    if pt.is_struct(kind):
        return all(readable(field.type) for field in kind)
    if pt.is_map(kind):
        return readable(kind.key_type) and readable(kind.item_type)
    scalars = (pt.is_boolean, pt.is_integer, pt.is_floating, pt.is_decimal, pt.is_date, pt.is_time, pt.is_timestamp)
    texts = (pt.is_string, pt.is_large_string, pt.is_string_view, pt.is_null)
    return any(test(kind) for test in (*scalars, *texts))


class ParquetReader:
    """Streams one Parquet file; memory is bounded by one row group's pages and `batch_rows`."""

    def __init__(self, path: Path, options: ReadOptions) -> None:
        self._path, self._options = path, options
        with self._open() as file:
            refuse_width(path, file.metadata.num_columns, "the Parquet file")
            whole: pa.Schema = file.schema_arrow
        kept = [field for field in whole if field.name not in options.exclude_columns]
        for field in kept:
            if not readable(field.type):
                raise UnsupportedColumnType(
                    f"{place(path)}: column {field.name} has the type {field.type}, which has no faithful reading.",
                    hint=f"Add {field.name} to `exclude_columns`, or export it as text.",
                    file=place(path),
                    column=field.name,
                    type=str(field.type),
                )
        self.schema = pa.schema(kept)

    def _open(self) -> pq.ParquetFile:
        _refuse_damaged(self._path)
        try:
            # not mapped, for a file that is cut while it is read would end the process; not buffered ahead, for that
            # keeps what was read
            return pq.ParquetFile(self._path, buffer_size=READ_AHEAD, pre_buffer=False)
        except (pa.ArrowInvalid, OSError) as error:
            raise _corrupt(self._path, error) from error

    def __iter__(self) -> Iterator[TabularBatch]:
        first = 1
        with self._open() as file:
            try:
                for data in file.iter_batches(self._options.batch_rows, columns=self.schema.names):
                    yield TabularBatch(data, first)
                    first += data.num_rows
            except (pa.ArrowInvalid, OSError) as error:
                raise _corrupt(self._path, error, first) from error


def _refuse_damaged(path: Path) -> None:
    with path.open("rb") as stream:
        begin = stream.read(4)
        stream.seek(0, 2)
        size = stream.tell()
        stream.seek(max(0, size - 4))
        end = stream.read(4)
    if begin != MAGIC:
        raise NotThisFormat(
            f"{place(path)}: the file is named as Parquet and does not begin as Parquet does.",
            hint="Give it the extension of what it really is, or export it again.",
            file=place(path),
        )
    if end != MAGIC or size < 12:
        raise FileTruncated(
            f"{place(path)}: the Parquet file is cut short: {size} bytes, and its footer is missing.",
            hint="Copy or export the file again; the writer may still have been at work.",
            file=place(path),
            offset=str(size),
        )


def _corrupt(path: Path, error: Exception, record: int = 0) -> CorruptFile:
    where = f" after record {record - 1}" if record else ""
    return CorruptFile(
        f"{place(path)}: the Parquet data is damaged{where} ({error}).",
        hint="Copy or export the file again.",
        file=place(path),
    )
