"""Reads column names: path, words, abbreviations, joined words, other languages."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from dcl.domain.matching.foreign_words import FOREIGN
from dcl.domain.matching.model import Table
from dcl.domain.matching.vocabulary import ABBREVIATIONS, CANONICAL, STOP_WORDS

_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_LONGEST_WORD = 24
_MIN_JOINED = 6
_SHORT_WORDS = frozenset({"of", "in", "to", "by", "is", "id", "no", "at", "on"})
_FOREIGN_LONGEST = max(map(len, FOREIGN))


@dataclass(frozen=True, slots=True)
class Name:
    """A read column name: what the column is (`words`) and where it sits (`context`), in lower case and in full."""

    raw: str
    words: tuple[str, ...]
    context: tuple[str, ...]

    @property
    def compact(self) -> str:
        """The words without separators, for character comparison."""
        return "".join(self.words)

    @property
    def phrase(self) -> str:
        """The name as a person would say it."""
        return " ".join(self.words) or self.raw

    @property
    def full_phrase(self) -> str:
        """The name with its path in front, repeated words once."""
        return " ".join(dict.fromkeys(self.context + self.words)) or self.raw


class WordModel:
    """Splits joined words (`ORDERLINENUMBER`) into the likeliest known ones.

    Unigram model with Zipf costs, log(rank · log(size)), over a frequency-ordered word list (Norvig, "Natural Language
    Corpus Data", 2009); words given as `known` are taken as frequent.
    """

    def __init__(self, ranked: Sequence[str], known: Sequence[str] = ()) -> None:
        size = math.log(max(len(ranked), 2))
        words = [word for word in ranked if len(word) > 2 or word in _SHORT_WORDS]
        self._cost = {word: math.log((rank + 1) * size) for rank, word in enumerate(words)}
        for word in known:
            if len(word) > 2:
                self._cost[word] = min(self._cost.get(word, math.inf), math.log(100 * size))
        self._unknown = math.log(max(len(ranked), 2) * size) * 2

    def split(self, text: str) -> tuple[str, ...]:
        """Words of `text` (lower-case letters), or `text` itself where no split into known words is likelier."""
        if len(text) < _MIN_JOINED or text in self._cost or not self._cost:
            return (text,)
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(text) + 1):
            best.append(
                min(
                    (best[start][0] + self._cost.get(text[start:end], math.inf), start)
                    for start in range(max(0, end - _LONGEST_WORD), end)
                )
            )
        if math.isinf(best[-1][0]) or best[-1][0] > self._unknown * 1.5:
            return (text,)
        pieces: list[str] = []
        end = len(text)
        while end:
            start = best[end][1]
            pieces.append(text[start:end])
            end = start
        return tuple(reversed(pieces))


def read_names(table: Table, words: WordModel) -> list[list[Name]]:
    """The read names of a table's columns, in order: the column's own first, then its synonyms."""
    separator = path_separator([column.name for column in table.columns])
    return [
        [read_name(column.name, words, separator), *(read_name(synonym, words) for synonym in column.synonyms)]
        for column in table.columns
    ]


def read_name(raw: str, words: WordModel, separator: str | None = None) -> Name:
    """Reads one name; `separator`, where given, parts the path from the column's own name."""
    path, leaf = ("", raw)
    if separator and separator in raw:
        path, leaf = raw.rsplit(separator, 1)
    return Name(raw=raw, words=tokens(leaf, words) or tokens(raw, words), context=tokens(path, words))


def path_separator(names: Sequence[str]) -> str | None:
    """The character that parts paths (`TABLE.COLUMN`, `lineItem/tenantId`), or None where it only parts words.

    A separator makes paths when most names that hold it hold it once and its left parts repeat.
    """
    for separator in (".", "/"):
        parts = [name.split(separator) for name in names if separator in name]
        pairs = [part[0] for part in parts if len(part) == 2 and all(part)]
        if len(pairs) >= 3 and len(pairs) >= 0.8 * len(parts) and max(Counter(pairs).values()) >= 2:
            return separator
    return None


def tokens(text: str, words: WordModel) -> tuple[str, ...]:
    """Words of one name part: split at case, digits and punctuation, expanded, translated, singular, no stop words."""
    found: list[str] = []
    for piece in _PIECE.findall(text):
        found.extend(_foreign(piece) if _CJK.search(piece) else _western(piece.lower(), words))
    kept = [word for word in found if word not in STOP_WORDS]
    return tuple(kept or found)


def _western(piece: str, words: WordModel) -> list[str]:
    expanded = ABBREVIATIONS.get(piece) or ABBREVIATIONS.get(singular(piece)) or FOREIGN.get(piece)
    parts = [expanded] if expanded else [ABBREVIATIONS.get(part, part) for part in words.split(piece)]
    return [_canonical(singular(word)) for part in parts for word in part.split("_")]


def _canonical(word: str) -> str:
    return CANONICAL.get(word, word)


def _foreign(text: str) -> list[str]:
    """Longest known words first; what is unknown stays as pairs of characters, which still compare with each other."""
    found: list[str] = []
    unknown = ""
    at = 0
    while at < len(text):
        for length in range(min(_FOREIGN_LONGEST, len(text) - at), 0, -1):
            if phrase := FOREIGN.get(text[at : at + length]):
                found += [*_bigrams(unknown), *phrase.split("_")]
                unknown = ""
                at += length
                break
        else:
            unknown += text[at]
            at += 1
    return found + _bigrams(unknown)


def _bigrams(text: str) -> list[str]:
    return ["".join(pair) for pair in pairwise(text)] if len(text) > 1 else list(text)


def singular(word: str) -> str:
    """The word without a plural ending, by rule."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word
