"""How much of a file is read: what every reader checks as it goes."""

from collections.abc import Iterable

from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.errors import ContentRefused

__all__ = ["MOST_CHARACTERS", "MOST_PAGES", "bounded"]

MOST_CHARACTERS = 2_000_000
"""Of one document's text: about 2,500 passages, or 700 pages."""
MOST_BLOCKS = 100_000
MOST_PAGES = 3_000
_LONGEST_HEADING = 200


def bounded(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """Collect blocks that hold text; raises ContentRefused above the bounds, before all is in memory."""
    kept: list[Block] = []
    characters = 0
    for block in blocks:
        text = _storable(block.text)
        if not text:
            continue
        characters += len(text)
        if characters > MOST_CHARACTERS or len(kept) >= MOST_BLOCKS:
            raise ContentRefused(
                f"The file holds more than {MOST_CHARACTERS:,} characters of text.", hint="Split it into several files."
            )
        headings = tuple(filter(None, (" ".join(_storable(one).split())[:_LONGEST_HEADING] for one in block.headings)))
        kept.append(Block(headings, text, " ".join(_storable(block.header).split())[:_LONGEST_HEADING]))
    return tuple(kept)


def _storable(text: str) -> str:
    """PostgreSQL stores no NUL, and no half of a surrogate pair."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode().strip()
