"""PDF: the text of each page; the page's number stands in for headings."""

from collections.abc import Iterator
from io import BytesIO

from pypdf import PdfReader
from pypdf.errors import PdfReadError

from nlp_gateway.adapters.knowledge.parsing.bounds import MOST_PAGES
from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.errors import ContentRefused

__all__ = ["read"]


def read(content: bytes) -> tuple[str, Iterator[Block]]:
    """Return the title that the file names, and a block for each paragraph of each page."""
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ContentRefused("The PDF wants a password.", hint="Save it without one.")
        pages = len(reader.pages)
    except PdfReadError as error:
        raise ContentRefused(f"The PDF is damaged: {error}", hint="Save it anew.") from None
    if pages > MOST_PAGES:
        raise ContentRefused(f"The PDF has {pages:,} pages; {MOST_PAGES:,} are read.", hint="Split it.")
    named = reader.metadata
    return str((named.title if named else "") or ""), _pages(reader)


def _pages(reader: PdfReader) -> Iterator[Block]:
    for number, page in enumerate(reader.pages, 1):
        yield Block((f"Page {number}",), page.extract_text())
