"""Cutting a document into passages that end where sentences end."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.passage import Cut

__all__ = ["PASSAGE_CHARS", "assemble"]

PASSAGE_CHARS = 1000
"""Characters of a passage at most: 200 to 250 of MiniLM's tokens in English prose, of the 256 that it reads."""
_SENTENCE = re.compile(r"\S.*?(?:[.!?…。](?=\s)|$)", re.MULTILINE)
_BREAK = re.compile(r"\s\S*$")


@dataclass(frozen=True)
class _Piece:
    """A sentence, line or row: characters [start, end) of the document's text. No heading stands inside a section."""

    section: int
    above: tuple[str, ...]
    start: int
    end: int


def assemble(blocks: Sequence[Block]) -> tuple[str, list[Cut]]:
    """Return the document's text with its headings written out, and its passages.

    A passage's text is exactly its characters of the document's text. Blocks below the same headings share passages.
    A table's header counts as one more heading of its rows.
    """
    parts: list[str] = []
    pieces: list[_Piece] = []
    length, section = 0, 0
    above: tuple[str, ...] = ()
    last: tuple[str, ...] = ()
    for block in blocks:
        names = (*block.headings, block.header) if block.header else block.headings
        shown = "".join(f"{heading}\n\n" for heading in _new(above, block.headings))
        # A table that goes on in the next block has one header.
        header = f"{block.header}\n" if block.header and names != last else ""
        section += bool(shown or names != last)
        above, last = block.headings, names
        pieces.extend(_pieces(block.text, length + len(shown) + len(header), section, names))
        parts.append(f"{shown}{header}{block.text}\n\n")
        length += len(parts[-1])
    text = "".join(parts)
    return text, [_cut(number, text, group) for number, group in enumerate(_groups(pieces))]


def _new(before: tuple[str, ...], now: tuple[str, ...]) -> tuple[str, ...]:
    """The headings of `now` that `before` did not stand below already."""
    shared = 0
    while shared < min(len(before), len(now)) and before[shared] == now[shared]:
        shared += 1
    return now[shared:]


def _pieces(text: str, offset: int, section: int, above: tuple[str, ...]) -> Iterator[_Piece]:
    for match in _SENTENCE.finditer(text):
        start, end = match.start(), match.start() + len(match.group().rstrip())
        while end - start > PASSAGE_CHARS:
            # A sentence longer than a passage ends after a word, or in the middle of one that is as long.
            space = _BREAK.search(text, start + 1, start + PASSAGE_CHARS)
            until = space.start() if space else start + PASSAGE_CHARS
            yield _Piece(section, above, offset + start, offset + until)
            start = until + (1 if space else 0)
        if end > start:
            yield _Piece(section, above, offset + start, offset + end)


def _groups(pieces: Sequence[_Piece]) -> Iterator[list[_Piece]]:
    group: list[_Piece] = []
    for piece in pieces:
        if group and (piece.section != group[0].section or piece.end - group[0].start > PASSAGE_CHARS):
            yield group
            group = []
        group.append(piece)
    if group:
        yield group


def _cut(ordinal: int, text: str, group: Sequence[_Piece]) -> Cut:
    start, end = group[0].start, group[-1].end
    return Cut(ordinal, group[0].above, start, end, text[start:end])
