"""Long texts are looked through piece by piece; what their overlaps show twice is one find."""

from collections.abc import Iterator, Sequence

from nlp_gateway.domain.redaction.found import Found, merge
from nlp_gateway.domain.redaction.names import PERSON, names_again

__all__ = ["PIECE", "pieces", "together"]

PIECE = 6_000
"""Characters of one piece: about a second's work, so that a limit on time can be short."""
OVERLAP = 300
"""More than any address or key of usual length; what straddles a border is whole in one of two pieces."""


def pieces(text: str) -> Iterator[tuple[int, str]]:
    """Yield places and texts of at most PIECE characters, ended between lines or words where there are any."""
    start = 0
    while True:
        end = min(len(text), start + PIECE)
        if end < len(text):
            half = start + PIECE // 2
            end = max(text.rfind("\n", half, end), text.rfind(" ", half, end)) + 1 or end
        yield start, text[start:end]
        if end >= len(text):
            return
        start = max(end - OVERLAP, start + 1)


def together(text: str, found: Sequence[tuple[int, Sequence[Found]]]) -> list[Found]:
    """Return the finds of the whole text from those of its pieces; names found in one are names in all."""
    placed = [Found(at + one.start, at + one.end, one.kind, one.score) for at, finds in found for one in finds]
    people = [one for one in placed if one.kind == PERSON]
    return merge([*placed, *names_again(text, people)])
