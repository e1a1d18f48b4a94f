"""DOCX: paragraphs below their headings, and tables, in the document's order."""

import re
from collections.abc import Iterator
from io import BytesIO
from zipfile import BadZipFile, ZipFile

import docx
from docx.document import Document
from docx.table import Table

from nlp_gateway.adapters.knowledge.parsing.headings import Headings
from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.errors import ContentRefused

__all__ = ["read"]

MOST_UNPACKED = 100 * 1024 * 1024
MOST_PARTS = 5_000
MOST_ROWS = 20_000
_MAIN = "word/document.xml"
_HEADING = re.compile(r"(?:Heading|Überschrift|Titre|Título) ?(\d)|Title", re.IGNORECASE)


def read(content: bytes) -> tuple[str, Iterator[Block]]:
    """Return the title among the document's properties, and its blocks."""
    _check(content)
    document = docx.Document(BytesIO(content))
    return document.core_properties.title or "", _blocks(document)


def _check(content: bytes) -> None:
    """Look at the archive's list before anything is unpacked; unpacking itself is bounded by the child's memory."""
    try:
        with ZipFile(BytesIO(content)) as archive:
            parts = archive.infolist()
    except BadZipFile:
        raise ContentRefused("The file is a damaged archive.", hint="Save it anew.") from None
    if _MAIN not in {part.filename for part in parts}:
        raise ContentRefused("The file is an archive, but no Word document.", hint="Send the files in it one by one.")
    unpacked = sum(part.file_size for part in parts)
    if unpacked > MOST_UNPACKED or len(parts) > MOST_PARTS:
        raise ContentRefused(
            f"The document unpacks to {unpacked / 1024 / 1024:,.0f} MB; 100 MB are read.", hint="Take the pictures out."
        )


def _blocks(document: Document) -> Iterator[Block]:
    headings = Headings()
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            yield from _table(part, headings.path)
            continue
        style = _HEADING.match(part.style.name or "") if part.style is not None else None
        if style:
            headings.enter(int(style[1] or 0), part.text)
        else:
            yield Block(headings.path, part.text)


def _table(table: Table, path: tuple[str, ...]) -> Iterator[Block]:
    if len(table.rows) > MOST_ROWS:
        raise ContentRefused(f"A table has more than {MOST_ROWS:,} rows.", hint="Send it as CSV.")
    lines = []
    for row in table._tbl.tr_lst:
        cells = [" ".join("".join(run.text or "" for run in cell.iter(_TEXT)).split()) for cell in row.tc_lst]
        lines.append(" | ".join(cells))
    if lines:
        yield Block(path, "\n".join(lines[1:]) or lines[0], lines[0] if len(lines) > 1 else "")


_TEXT = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}t"
