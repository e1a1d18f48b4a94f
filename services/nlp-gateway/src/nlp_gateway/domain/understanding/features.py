"""What a classifier sees of a text besides its embedding: its words and parts of words, weighted by tf-idf.

Embeddings know what words mean, these know which words stand there: names of systems, abbreviations, misspellings.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

__all__ = ["Lexicon", "Sparse", "lexicon_of", "plain"]

PARTS = (2, 3, 4)
"""Lengths of the parts of words."""
WEIGHT = 0.7
"""Length of each of the two vectors of terms beside the embedding's 1; chosen by cross-validation on the utterances."""
MAX_CHARACTERS = 1_000

Sparse = tuple[npt.NDArray[np.int64], npt.NDArray[np.float32]]
"""Places and values of a vector that is zero elsewhere."""


def plain(text: str) -> str:
    """Lower case, one kind of space, compatible characters (NFKC), at most MAX_CHARACTERS."""
    return " ".join(unicodedata.normalize("NFKC", text[:MAX_CHARACTERS]).lower().split())


def _words(text: str) -> Iterator[str]:
    words = re.findall(r"\w+", text)
    yield from words
    yield from (f"{first} {second}" for first, second in pairwise(words))


def _parts(text: str) -> Iterator[str]:
    for word in re.findall(r"[^\s]+", text):
        padded = f" {word} "
        for length in PARTS:
            yield from ("#" + padded[start : start + length] for start in range(len(padded) - length + 1))


_KINDS: tuple[Callable[[str], Iterator[str]], ...] = (_words, _parts)


@dataclass(frozen=True)
class Lexicon:
    """The terms of the training texts: `places` gives each its column, `rarity` its inverse document frequency."""

    places: Mapping[str, int]
    rarity: npt.NDArray[np.float32]

    def vector(self, text: str) -> Sparse:
        """Return the text's terms; words and parts each have the length WEIGHT."""
        columns: list[int] = []
        values: list[float] = []
        for kind in _KINDS:
            counts = Counter(term for term in kind(plain(text)) if term in self.places)
            known = {self.places[term]: 1 + math.log(count) for term, count in counts.items()}
            weighted = {place: value * float(self.rarity[place]) for place, value in known.items()}
            length = math.sqrt(sum(value * value for value in weighted.values())) or 1.0
            columns += weighted
            values += [WEIGHT * value / length for value in weighted.values()]
        return np.array(columns, dtype=np.int64), np.array(values, dtype=np.float32)


def lexicon_of(texts: Sequence[str]) -> Lexicon:
    """Collect the terms of texts; rarity is ln((1 + n) / (1 + df)) + 1 (smoothed, Salton and Buckley 1988)."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update({term for kind in _KINDS for term in kind(plain(text))})
    terms = sorted(seen)
    rarity = [math.log((1 + len(texts)) / (1 + seen[term])) + 1 for term in terms]
    return Lexicon({term: place for place, term in enumerate(terms)}, np.array(rarity, dtype=np.float32))
