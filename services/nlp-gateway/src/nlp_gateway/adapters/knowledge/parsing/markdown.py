"""Markdown (CommonMark and tables) below its headings, without its marks."""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from nlp_gateway.adapters.knowledge.parsing.headings import Headings
from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.media import text_of

__all__ = ["read"]

_CODE = ("fence", "code_block")


def read(content: bytes) -> tuple[str, Iterator[Block]]:
    """Return the first heading of the first level as title, and the blocks."""
    tokens = MarkdownIt("commonmark", {"html": False}).enable("table").parse(text_of(content))
    title = next(
        (_plain(inline) for opening, inline in pairwise(tokens) if opening.tag == "h1" and opening.nesting == 1), ""
    )
    return title, _blocks(tokens)


def _blocks(tokens: Sequence[Token]) -> Iterator[Block]:
    headings = Headings()
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if token.type == "heading_open":
            headings.enter(int(token.tag[1]), _plain(tokens[place + 1]))
            place += 1
        elif token.type == "table_open":
            place, header, rows = _table(tokens, place)
            yield Block(headings.path, rows, header)
        elif token.type in _CODE:
            yield Block(headings.path, token.content.rstrip())
        elif token.type == "inline":
            yield Block(headings.path, _plain(token))
        place += 1


def _table(tokens: Sequence[Token], place: int) -> tuple[int, str, str]:
    lines: list[list[str]] = []
    while tokens[place].type != "table_close":
        if tokens[place].type == "tr_open":
            lines.append([])
        elif tokens[place].type == "inline":
            lines[-1].append(_plain(tokens[place]))
        place += 1
    shown = [" | ".join(cells) for cells in lines]
    return place, shown[0], "\n".join(shown[1:])


def _plain(inline: Token) -> str:
    """The text that a reader sees of a line with marks."""
    parts = []
    for child in inline.children or []:
        if child.type in ("softbreak", "hardbreak"):
            parts.append("\n")
        elif child.type == "image":
            parts.append(child.content)
        else:
            parts.append(child.content if child.type in ("text", "code_inline", "text_special") else "")
    return "".join(parts)
