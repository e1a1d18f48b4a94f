"""Compares the name of a data set with the names of data sets known to hold an entity."""

from collections.abc import Sequence

from rapidfuzz import fuzz

from dcl.domain.matching.model import Embed
from dcl.domain.matching.naming import WordModel, tokens

_CONTAINED = 0.7
_SPELT_ALIKE = 85.0
_MEANING_FLOOR = 0.4
_MEANING_WORTH = 0.6
_PLAIN = WordModel(())


def name_similarity(name: str, known: Sequence[str], embed: Embed) -> float:
    """Similarity in [0, 1] of a data set's name (a path's last part counts) to the nearest of the known names."""
    words = tokens(name.rstrip("/").rsplit("/", 1)[-1].rsplit(".", 1)[-1], _PLAIN)
    if not words:
        return 0.0
    others = [tokens(other, _PLAIN) for other in known]
    spelt = max(_spelling(words, other) for other in others)
    vectors = embed([" ".join(words), *(" ".join(other) for other in others)])
    cosine = float((vectors[1:] @ vectors[0]).max())
    return max(spelt, _MEANING_WORTH * max(0.0, (cosine - _MEANING_FLOOR) / (1 - _MEANING_FLOOR)))


def _spelling(words: tuple[str, ...], other: tuple[str, ...]) -> float:
    if words == other:
        return 1.0
    if set(other) <= set(words):
        return _CONTAINED
    ratio = fuzz.token_sort_ratio(" ".join(words), " ".join(other))
    return ratio / 100 * _CONTAINED if ratio >= _SPELT_ALIKE else 0.0
