"""CSV and TSV: rows below the names of their columns."""

import csv
from collections.abc import Iterator
from io import StringIO

from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.errors import ContentRefused
from nlp_gateway.domain.knowledge.media import text_of

__all__ = ["read"]

_LONGEST_FIELD = 100_000
_MOST_COLUMNS = 1_000
_ROWS = 200
"""Rows of a block; passages are cut from them."""


def read(content: bytes) -> tuple[str, Iterator[Block]]:
    """Return no title, and blocks of rows; each passage of them has the header line above it."""
    return "", _blocks(text_of(content))


def _blocks(text: str) -> Iterator[Block]:
    csv.field_size_limit(_LONGEST_FIELD)
    try:
        dialect: type[csv.Dialect] = csv.Sniffer().sniff(text[:8192], delimiters=",;\t|")
    except csv.Error:
        dialect = csv.excel
    rows = csv.reader(StringIO(text, newline=""), dialect)
    try:
        names = next(rows, [])
        if len(names) > _MOST_COLUMNS:
            raise ContentRefused(f"The table has more than {_MOST_COLUMNS:,} columns.", hint="Leave some out.")
        header = " | ".join(names)
        lines: list[str] = []
        for row in rows:
            lines.append(" | ".join(" ".join(cell.split()) for cell in row))
            if len(lines) == _ROWS:
                yield Block((), "\n".join(lines), header)
                lines = []
        yield Block((), "\n".join(lines) or header, header if lines else "")
    except csv.Error as error:
        raise ContentRefused(f"The table cannot be read: {error}.", hint="Save it as CSV in UTF-8.") from None
