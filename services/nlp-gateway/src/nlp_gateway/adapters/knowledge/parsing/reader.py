"""The child's one function: a file's bytes to blocks of text. Each format's library loads when a file wants it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module

from nlp_gateway.adapters.knowledge.parsing.bounds import bounded
from nlp_gateway.domain.knowledge.block import Block, Parsed
from nlp_gateway.domain.knowledge.errors import ContentRefused
from nlp_gateway.domain.knowledge.media import CSV, DOCX, HTML, MARKDOWN, PDF, TEXT

__all__ = ["File", "read_file"]

_READERS = {MARKDOWN: "markdown", TEXT: "plain", HTML: "html", PDF: "pdf", DOCX: "docx_file", CSV: "table"}
_DAMAGED = "Open it in the program it comes from and save it anew."


@dataclass(frozen=True)
class File:
    """A file as it was sent, and what it is."""

    content: bytes
    media_type: str


def read_file(file: File) -> Parsed:
    """Return the file's text; raises ContentRefused for what cannot be read, or is more than is read."""
    module = import_module(f"nlp_gateway.adapters.knowledge.parsing.{_READERS[file.media_type]}")
    read: Callable[[bytes], tuple[str, Iterable[Block]]] = module.read
    try:
        title, blocks = read(file.content)
        kept = bounded(blocks)
    except (ContentRefused, MemoryError):
        raise
    except RecursionError:
        raise ContentRefused("The file is nested too deeply.", hint="Flatten it, or send its text.") from None
    except Exception as error:  # a damaged file makes its library raise anything
        raise ContentRefused(f"The file is damaged ({type(error).__name__}).", hint=_DAMAGED) from None
    if not kept:
        raise ContentRefused("The file holds no text.", hint="Pictures of text, such as scans, are not read.")
    return Parsed(" ".join(title.split())[:200], kept)
