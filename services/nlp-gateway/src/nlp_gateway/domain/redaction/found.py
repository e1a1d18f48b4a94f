"""What was found in a text, and how finds that overlap become the spans that are replaced."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

__all__ = ["Found", "matches", "merge", "readable", "replace"]

_INVISIBLE = frozenset("\u00ad\u180e\u200b\u200c\u200d\u2060\ufeff\u200e\u200f\u202a\u202b\u202c\u202d\u202e")
"""Characters that no reader sees; between the digits of a number they would hide it."""


@dataclass(frozen=True)
class Found:
    """Characters [start, end) of a text that are personal; `score` (0 to 1) says how sure that is."""

    start: int
    end: int
    kind: str
    score: float = 1.0


def matches(pattern: re.Pattern[str], text: str, kind: str, score: float = 1.0) -> Iterable[Found]:
    """Yield what a pattern matches: its group `value` if it has one, else the whole."""
    for match in pattern.finditer(text):
        start, end = match.span("value" if "value" in pattern.groupindex else 0)
        if start < end:
            yield Found(start, end, kind, score)


def merge(found: Iterable[Found]) -> list[Found]:
    """Join finds that overlap into one that covers them all, so that no part of any is left standing.

    It has the kind of the surest, then of the longest, then of the first: the same finds always give the same spans.
    """
    merged: list[Found] = []
    group: list[Found] = []
    end = 0
    for one in sorted(found, key=lambda item: (item.start, -item.end, item.kind)):
        if group and one.start >= end:
            merged.append(_joined(group))
            group = []
        end = max(end, one.end) if group else one.end
        group.append(one)
    return [*merged, _joined(group)] if group else merged


def _joined(group: Sequence[Found]) -> Found:
    best = max(group, key=lambda item: (item.score, item.end - item.start, -item.start, item.kind))
    return Found(min(item.start for item in group), max(item.end for item in group), best.kind, best.score)


def replace(text: str, found: Iterable[Found]) -> str:
    """Put `<KIND>` where each of these (which do not overlap) stands."""
    parts, place = [], 0
    for one in found:
        parts += [text[place : one.start], f"<{one.kind}>"]
        place = one.end
    return "".join([*parts, text[place:]])


def readable(text: str) -> tuple[str, Sequence[int]]:
    """Return the text as a reader sees it, and for each of its characters the place in the original (and its length).

    Invisible characters are left out, and wide or styled letters and digits become plain ones (Unicode's NFKC).
    """
    if text.isascii():
        return text, range(len(text) + 1)
    characters, places = [], []
    for place, character in enumerate(text):
        if character in _INVISIBLE:
            continue
        plain = unicodedata.normalize("NFKC", character)
        characters.append(plain if len(plain) == 1 and character != "\u00a0" else " " if plain == " " else character)
        places.append(place)
    return "".join(characters), [*places, len(text)]
