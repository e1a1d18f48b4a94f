"""Personal data out of a parsed file: it is looked for once in all of the text, then replaced piece by piece."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate

from nlp_gateway.domain.knowledge.block import Block, Parsed

__all__ = ["Clean", "cleaned", "in_one"]

Span = tuple[int, int, str]
Clean = Callable[[str], str]
_BETWEEN = "\n\n"


@dataclass(frozen=True)
class _Place:
    start: int
    text: str


def in_one(parsed: Parsed) -> str:
    """Return everything that will be stored, each piece once: names and numbers are known by what stands around."""
    return _BETWEEN.join(_pieces(parsed))


def cleaned(parsed: Parsed, spans: Iterable[Span]) -> Parsed:
    """Return the file with the spans of `in_one(parsed)` replaced by `<KIND>`."""
    pieces = _pieces(parsed)
    starts = accumulate((len(piece) + len(_BETWEEN) for piece in pieces), initial=0)
    places = [_Place(start, piece) for start, piece in zip(starts, pieces, strict=False)]
    clean = dict(zip(pieces, _replaced(places, sorted(spans)), strict=True))

    def block(one: Block) -> Block:
        return Block(tuple(clean[heading] for heading in one.headings), clean[one.text], clean[one.header])

    return Parsed(clean[parsed.title], tuple(block(one) for one in parsed.blocks))


def _pieces(parsed: Parsed) -> list[str]:
    found = dict.fromkeys([parsed.title])
    for block in parsed.blocks:
        found |= dict.fromkeys([*block.headings, block.header, block.text])
    return list(found)


def _replaced(places: Sequence[_Place], spans: Sequence[Span]) -> list[str]:
    """Each place's text; a span that reaches over several is replaced in each."""
    texts, first = [], 0
    for place in places:
        end = place.start + len(place.text)
        while first < len(spans) and spans[first][1] <= place.start:
            first += 1
        parts, done, at = [], place.start, first
        while at < len(spans) and spans[at][0] < end:
            start, until, kind = spans[at]
            parts += [place.text[done - place.start : max(start, done) - place.start], f"<{kind}>"]
            done = max(done, min(until, end))
            at += 1
        texts.append("".join([*parts, place.text[done - place.start :]]))
    return texts
