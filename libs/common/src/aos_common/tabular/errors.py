"""Named failures of reading a tabular file: each names the file, the place and what to do next."""

from aos_common.errors import DomainError, Kind


class TabularError(DomainError):
    """A file that cannot be read as a table."""

    reason = "TABULAR_UNREADABLE"
    kind = Kind.INVALID


class FileMissing(TabularError):
    """There is no file at this path, or it cannot be opened."""

    reason = "FILE_MISSING"


class FileEmpty(TabularError):
    """The file holds no bytes (or nothing but blanks)."""

    reason = "FILE_EMPTY"


class HeaderOnly(TabularError):
    """The file names its columns and holds no record; metadata `columns` lists them."""

    reason = "HEADER_ONLY"


class MixedEncoding(TabularError):
    """Valid UTF-8 sequences and other bytes stand in one file, so no single decoding is right."""

    reason = "MIXED_ENCODING"


class WrongEncoding(TabularError):
    """The bytes do not decode in the encoding that was asked for."""

    reason = "WRONG_ENCODING"


class BrokenGzip(TabularError):
    """The compressed stream is damaged or cut short."""

    reason = "BROKEN_GZIP"


class UnpacksTooLarge(TabularError):
    """Compressed data grows beyond what a table would: most likely a bomb."""

    reason = "UNPACKS_TOO_LARGE"


class FileTruncated(TabularError):
    """The file begins as its format does and ends before the format allows."""

    reason = "FILE_TRUNCATED"


class NotThisFormat(TabularError):
    """The name promises a format that the bytes are not."""

    reason = "NOT_THIS_FORMAT"


class CorruptFile(TabularError):
    """The format's own reader met damaged data."""

    reason = "CORRUPT_FILE"


class BrokenJson(TabularError):
    """A line or element is not a JSON object."""

    reason = "BROKEN_JSON"


class RecordTooLarge(TabularError):
    """One record passes the bound that keeps memory flat; most often a quote that never closes."""

    reason = "RECORD_TOO_LARGE"


class UnclosedQuote(TabularError):
    """A quoted value runs to the end of the file."""

    reason = "UNCLOSED_QUOTE"


class TooManyColumns(TabularError):
    """More distinct columns than a table may have; most often keys that are data."""

    reason = "TOO_MANY_COLUMNS"


class UnsupportedColumnType(TabularError):
    """A column's type has no faithful reading; metadata `column` and `type` name it."""

    reason = "UNSUPPORTED_COLUMN_TYPE"


class UnknownSheet(TabularError):
    """The workbook has no sheet of this name."""

    reason = "UNKNOWN_SHEET"
