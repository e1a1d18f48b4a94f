"""The words by which BM25 finds passages: Unicode words, folded, without English stop words, stemmed."""

import re
import unicodedata
from collections import Counter
from functools import lru_cache

import snowballstemmer  # type: ignore[import-untyped]  # ships no type information

__all__ = ["terms"]

_WORD = re.compile(r"[^\W_]+")
_LONGEST = 40
"""Characters of a term; longer ones (keys, encoded data) are cut, and still found by their beginning."""
_STOP_WORDS = frozenset(
    """
    i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
    it its itself they them their theirs themselves what which who whom this that these those am is are was were be
    been being have has had having do does did doing a an the and but if or because as until while of at by for with
    about against between into through during before after above below to from up down in out on off over under
    again further then once here there when where why how all any both each few more most other some such no nor not
    only own same so than too very s t can will just don should now
    """.split()  # noqa: SIM905  a list of 127 quoted words hides them
)
"""Snowball's list for English, as PostgreSQL ships it (tsearch_data/english.stop)."""


@lru_cache(maxsize=50_000)
def _stem(word: str) -> str:
    # A stemmer of its own for each new word: it keeps the word it works on, and threads share this function.
    stemmed: str = snowballstemmer.stemmer("english").stemWord(word)
    return stemmed[:_LONGEST]


def terms(text: str) -> Counter[str]:
    """Return how often each term occurs in a text."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return Counter(_stem(word) for word in _WORD.findall(folded) if word not in _STOP_WORDS)
