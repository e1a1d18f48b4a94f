"""What a column's sample values look like: kind, numbers, lengths, characters, shapes, pieces of text."""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dcl.domain.matching.model import MAX_VALUES, Column

NULLS = frozenset({"", "null", "none", "nan", "n/a", "na", "\\n", "<na>", "#n/a", "-", "－", "nil"})
_NUMBER = re.compile(r"[-+]?[$€£¥]?\s?(\d{1,3}(,\d{3})+(\.\d+)?|(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?)%?")
_MONTH = "(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T].*)?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}([ T].*)?|\d{4}年.*"
    r"|\d{1,2}[-/]\d{1,2} \d{1,2}:\d{2}|(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? .*\d{4}.*"
    rf"|\d{{1,2}}[- ]{_MONTH}[- ,]+\d{{2,4}}.*|{_MONTH} \d{{1,2}},? \d{{4}}.*",
    re.IGNORECASE,
)
_PATTERNS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("url", re.compile(r"(https?://|www\.)\S+", re.IGNORECASE)),
    ("email", re.compile(r"[^@\s]+@[^@\s]+\.\w+")),
    ("uuid", re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)),
    ("json", re.compile(r"[\[{].*[\]}]", re.DOTALL)),
    ("date", _DATE),
    ("year", re.compile(r"(19|20)\d{2}")),
    ("decimal", _NUMBER),
)
_BOOLEANS = frozenset({"true", "false", "yes", "no", "y", "n", "t", "f", "是", "否", "有", "無", "无"})
_PIECES = re.compile(r"[a-z]+|[^\W\da-z_]+|[^\w\s]|\d{1,6}")
_MAX_DISTINCT = 400
_MAX_TEXT = 200
_SHAPE_LENGTH = 24
_MAJORITY = 0.8


@dataclass(frozen=True)
class Profile:
    """Statistics of a column's non-null values; `count` = 0 means no evidence."""

    count: int
    null_rate: float
    kind: str
    distinct: frozenset[str]
    uniqueness: float
    numbers: npt.NDArray[np.float64]
    lengths: npt.NDArray[np.float64]
    characters: npt.NDArray[np.float64]
    shapes: Counter[str]
    grams: Counter[str]
    common: tuple[str, ...]


def profile(column: Column) -> Profile:
    """Profiles up to MAX_VALUES values of a column."""
    taken = column.values[:MAX_VALUES]
    values = [value.strip() for value in taken if value is not None and not is_null(value)]
    counts = Counter(value.casefold() for value in values)
    common = [value[:_MAX_TEXT] for value, _ in counts.most_common(_MAX_DISTINCT)]
    return Profile(
        count=len(values),
        null_rate=1 - len(values) / len(taken) if taken else 0.0,
        kind=_kind(common),
        distinct=frozenset(counts),
        uniqueness=len(counts) / len(values) if values else 0.0,
        numbers=np.array([number for value in common if (number := parse_number(value)) is not None]),
        lengths=np.array([len(value) for value in values], dtype=np.float64),
        characters=_characters(common),
        shapes=Counter(shape(value) for value in common),
        grams=_grams(common),
        common=tuple(common),
    )


def is_null(value: str | None) -> bool:
    """Whether a value is missing, also where it says so in text."""
    return value is None or value.strip().casefold() in NULLS


def parse_number(text: str) -> float | None:
    """The number a value is, currency signs, thousands separators and a percent sign aside; None if it is none."""
    if not _NUMBER.fullmatch(text):
        return None
    number = float(re.sub(r"[^\d.eE+-]", "", text))
    return number if math.isfinite(number) else None


def _kind(values: Sequence[str]) -> str:
    """The first kind that most values have; `text` if none."""
    if not values:
        return "unknown"
    if set(values) <= _BOOLEANS:
        return "boolean"
    needed = _MAJORITY * len(values)
    for kind, pattern in _PATTERNS:
        if sum(bool(pattern.fullmatch(value)) for value in values) >= needed:
            return "integer" if kind == "decimal" and not any("." in value for value in values) else kind
    return "text"


def _class_of(character: str) -> int:
    if character.isascii():
        if character.isdigit():
            return 0
        if character.isalpha():
            return 1
        return 2 if character.isspace() else 3
    category = unicodedata.category(character)
    return 4 if category == "Lo" else 5 if category[0] == "L" else 6


def _characters(values: Sequence[str]) -> npt.NDArray[np.float64]:
    """Share of digits, Latin letters, spaces, punctuation, ideographs, other letters, other signs; mean over values."""
    shares = np.zeros((max(len(values), 1), 7))
    for row, value in enumerate(values):
        for character in value[: _SHAPE_LENGTH * 4]:
            shares[row, _class_of(character)] += 1
    shares /= np.maximum(shares.sum(axis=1, keepdims=True), 1)
    mean: npt.NDArray[np.float64] = shares.mean(axis=0)
    return mean


def shape(value: str) -> str:
    """The value's pattern: runs of digits → 9, letters → a, ideographs → 字, spaces → one, punctuation kept."""
    signs = "9a _字x_"
    out: list[str] = []
    for character in value[: _SHAPE_LENGTH * 4]:
        kind = _class_of(character)
        sign = character if kind in (3, 6) else signs[kind]
        if not out or out[-1] != sign:
            out.append(sign)
    return "".join(out)[:_SHAPE_LENGTH]


def pieces(value: str) -> set[str]:
    """Pieces of a casefolded value: words of Latin script, pairs of ideographs, short numbers, signs."""
    found: set[str] = set()
    for run in _PIECES.findall(value):
        if run.isascii():
            found.add(run)
        else:
            found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
    return found


def _grams(values: Sequence[str]) -> Counter[str]:
    """The commonest pieces of text, and in how many distinct values each occurs."""
    found: Counter[str] = Counter()
    for value in values:
        found.update(pieces(value))
    return Counter(dict(found.most_common(600)))
