"""Words of questions: folded, split, their endings and small typing errors evened out."""

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache


def _listed(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILLERS = _listed(
    """a about actually all altogether am amount an and any are as at based be been being break breakdown broken can
    chart did display divided do does down exactly far figure figures find for from get give go going got graph
    grouped had has have having hello here hey hi how i in into is it its just kindly know let like look looking
    looks many may me money much my need number of ok okay on only our ours out overall overview please plot pls
    question quick quickly report right roughly s see show shown so some split stand stands table tell than thank
    thanks that the their them then there these they thing this those to total totals up us want was we went were
    what whats when where with you your"""
)
"""Words that change nothing in what is asked for."""
NOW = frozenset({"current", "currently", "now", "present", "presently", "today"})
BY = frozenset({"by", "per", "each", "every", "across", "among"})
WHICH = frozenset({"which", "who"})
VERSUS = frozenset({"vs", "versus", "against"})
DOWN = frozenset({"top", "highest", "largest", "biggest", "most", "greatest", "maximum", "max", "best", "leading"})
SIZES = frozenset({"biggest", "largest", "smallest"})
"""Of things that are counted these ask for a size, which a count is not."""
UP = frozenset({"bottom", "lowest", "smallest", "least", "fewest", "minimum", "min", "worst", "cheapest"})
RISING = _listed("grew grow grown growing growth increase increased increases rise rises rose risen")
FALLING = _listed("decrease decreased decreases fall fell fallen falling drop dropped decline declined shrank")
MOVING = _listed("change changed changes changing difference differences")
CHANGED = RISING | FALLING | MOVING | _listed("compare compared comparison comparing higher lower more less")
"""Words that ask for a comparison of two periods."""
GRAINS = {
    "day": "day", "days": "day", "daily": "day", "week": "week", "weeks": "week", "weekly": "week",
    "month": "month", "months": "month", "monthly": "month", "quarter": "quarter", "quarters": "quarter",
    "quarterly": "quarter", "year": "year", "years": "year", "yearly": "year", "annually": "year",
    "trend": "month", "trends": "month",
}  # fmt: skip
ADVERBS = frozenset({"daily", "weekly", "monthly", "quarterly", "yearly", "annually", "trend", "trends"})
NEGATIONS = frozenset(
    {"excluding", "except", "exclude", "excludes", "without", "not", "no", "other", "minus", "but", "missing"}
)
NUMBERS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
}  # fmt: skip
STRUCTURE = BY | WHICH | VERSUS | DOWN | UP | CHANGED | frozenset(GRAINS) | frozenset(NUMBERS) | NOW
MONTHS = _listed(
    """january february march april may june july august september october november december jan feb mar apr jun jul aug
    sep sept oct nov dec"""
)
TEMPORAL = frozenset({*MONTHS, *GRAINS, "last", "previous", "past", "prior", "next", "yesterday", "between", "since"})
TEMPORAL |= {"until", "through", "half", "first", "second", "third", "fourth", "period", "same", "date", "before"}

_POLITE = re.compile(r"\b(?:could|would|can|will) (?:you|we|i)\b|\b(?:i would|id) like\b")
_WORD = re.compile(r"[^\W_]+")
_LONG, _LONGER = 5, 9


@dataclass(frozen=True)
class Word:
    """A word of a question: as typed (folded), with its ending evened out, and where it stands."""

    typed: str
    root: str
    start: int
    end: int


def fold(text: str) -> str:
    """Return the text in small letters, without accents, possessives and polite forms that ask for nothing."""
    plain = unicodedata.normalize("NFKD", text.replace("’", "'").replace("ß", "ss"))
    plain = "".join(one for one in plain if not unicodedata.combining(one)).lower()
    plain = re.sub(r"'s\b|'", "", plain)
    return _POLITE.sub(" ", plain).replace("over time", "monthly")


def words_of(folded: str) -> list[Word]:
    """Return every word of a folded text."""
    return [Word(found.group(), root(found.group()), found.start(), found.end()) for found in _WORD.finditer(folded)]


def root(word: str) -> str:
    """Return a word without the ending of its plural; numbers and short words stay."""
    if len(word) <= 3 or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") else word


@lru_cache(maxsize=50_000)
def key(phrase: str) -> tuple[str, ...]:
    """Return the roots of a phrase's words that carry meaning, in their order."""
    return tuple(word.root for word in words_of(fold(phrase)) if word.typed not in FILLERS)


@lru_cache(maxsize=50_000)
def known_words(phrase: str) -> tuple[str, ...]:
    """Return a phrase's words as they are typed, and their roots."""
    return tuple({form for word in words_of(fold(phrase)) for form in (word.typed, word.root)})


def corrected(folded: str, vocabulary: Collection[str], english: Collection[str]) -> tuple[str, list[tuple[str, str]]]:
    """Return the text with words that nothing knows read as the one known word a typing error away.

    What is a word of the language is none: it is meant, and if it means nothing here, that is said.

    A word of 5 to 8 letters may differ by one letter (one typed too much, too few, wrong, or two swapped), a longer one
    by two; the first letter must be right and the reading the only one.
    """
    known = set(vocabulary)
    made: list[tuple[str, str]] = []
    parts, end = [], 0
    for word in words_of(folded):
        if len(word.typed) < _LONG or not word.typed.isalpha() or known & {word.typed, word.root}:
            continue
        if word.typed in english:
            continue
        found = _nearest(word.typed, known, 1 if len(word.typed) < _LONGER else 2)
        if found:
            made.append((word.typed, found))
            parts += [folded[end : word.start], found]
            end = word.end
    return "".join([*parts, folded[end:]]), made


def _nearest(word: str, known: Iterable[str], most: int) -> str:
    near: dict[str, int] = {}
    for other in known:
        if other[:1] == word[:1] and len(other) >= _LONG - 1 and abs(len(other) - len(word)) <= most:
            distance = edits(word, other)
            if distance <= most:
                near[other] = distance
    best = min(near.values(), default=0)
    candidates = {root(other): other for other, distance in sorted(near.items()) if distance == best}
    return next(iter(candidates.values())) if len(candidates) == 1 else ""


def edits(left: str, right: str) -> int:
    """Return how many letters were left out, added, changed or swapped (optimal string alignment)."""
    before, last = [0] * (len(right) + 1), list(range(len(right) + 1))
    for i, one in enumerate(left, 1):
        row = [i]
        for j, other in enumerate(right, 1):
            cost = min(last[j] + 1, row[-1] + 1, last[j - 1] + (one != other))
            if i > 1 and j > 1 and one == right[j - 2] and left[i - 2] == other:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before, last = last, row
    return last[-1]
