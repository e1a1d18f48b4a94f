"""Plain text: paragraphs between empty lines."""

import re
from collections.abc import Iterator

from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.media import text_of

__all__ = ["read"]

_EMPTY_LINE = re.compile(r"\n[ \t]*\n")


def read(content: bytes) -> tuple[str, Iterator[Block]]:
    """Return no title, and the paragraphs."""
    return "", (Block((), paragraph) for paragraph in _EMPTY_LINE.split(text_of(content)))
