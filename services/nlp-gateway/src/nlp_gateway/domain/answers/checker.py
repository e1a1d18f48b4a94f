"""Checks that a text says nothing that its evidence does not.

Every quote must be a span of a cited passage or of a known label. Outside quotes and labels every number, percentage
and spelled-out number must be one of the answer's figures under the rules of `formats`: rounded half even to the
decimals shown, of which there are at least two unless the figure has fewer; with "%" where and only where the figure is
one; with the currency's code of the figure if any. A change may be shown without its sign after a word that gives the
direction. A date is either a label or wrong. Citation marks must name a citation.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal

from nlp_gateway.domain.answers.formats import is_currency
from nlp_gateway.domain.answers.model import DIFFERENCE, PERCENT_CHANGE, Draft, Figure

_QUOTE = re.compile(r"“([^”]*)”|\"([^\"]*)\"")
_MARK = re.compile(r"\[(\d+)\]")
_NUMBER = re.compile(
    r"(?P<code>\b[A-Z]{3} )?(?P<sign>[-−])?(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    r"(?P<percent> ?%| per ?cent\b)?(?P<scale> ?(?:k|thousand|m|million|bn|billion|trillion)\b)?",
)
_WORDS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12,
}  # fmt: skip
_VAGUE = re.compile(
    r"\b(half|halved|doubled?|twice|tripled?|quadrupled?|dozens?|hundreds?|thousands?|millions?|billions?|"
    r"a (?:third|quarter|fifth|tenth)|two thirds|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|"
    r"thirty|forty|fifty|sixty|seventy|eighty|ninety)\b",
    re.IGNORECASE,
)
_DOWN = re.compile(
    r"\b(down|less|lower|fell|fall|fallen|drop|dropped|decreased?|declined?|minus|shrank)\b", re.IGNORECASE
)
_UP = re.compile(r"\b(up|more|higher|rose|risen|grew|grown|increased?|plus|growth|gain(?:ed)?)\b", re.IGNORECASE)
_NEAR = 60
_SPELLED = re.compile(
    rf"\b(?P<word>{'|'.join(_WORDS)})\b"
    r"(?P<more>[ -]?(?:percent|per cent|%|times|fold|hundred|thousand|million|billion))?",
    re.IGNORECASE,
)
_DATES = re.compile(
    r"\b(?:January|February|March|April|May|June|July|August|September|October|November|December)\b(?= |,|\.|$)"
)


@dataclass(frozen=True)
class Problem:
    """Something in a text that no evidence backs."""

    said: str
    why: str


def check(text: str, draft: Draft) -> list[Problem]:
    """Return what the text says beyond the draft's figures, quotes, labels and citations; empty when nothing."""
    problems: list[Problem] = []
    # A label with quotation marks in it would else be taken for a quote.
    rest = _labels(text, [one for one in draft.labels if set(one) & set('“”"')])
    rest = _quotes(rest, draft, problems)
    rest = _labels(rest, draft.labels)
    for mark in _MARK.finditer(rest):
        if not any(one.number == int(mark[1]) for one in draft.citations):
            problems.append(Problem(mark.group(), "there is no such citation"))
    rest = _MARK.sub(lambda mark: " " * len(mark.group()), rest)
    rest = _numbers(rest, draft.figures, problems)
    problems += [Problem(found.group(), "digits that are no figure") for found in re.finditer(r"\S*\d\S*", rest)]
    problems += [Problem(found.group(), "a date that is not in the evidence") for found in _DATES.finditer(rest)]
    problems += [Problem(found.group(), "a number in words") for found in _VAGUE.finditer(rest)]
    problems += [
        Problem(found.group(), "a number in words that is no figure")
        for found in _SPELLED.finditer(rest)
        if found["more"] or not any(_counts(one, _WORDS[found["word"].lower()]) for one in draft.figures)
    ]
    return problems


def _counts(figure: Figure, value: int) -> bool:
    """Tell whether a figure may be spelled out: a small count, never money or a percentage."""
    return figure.value == value and figure.unit != "%" and not is_currency(figure.unit)


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]


def _quotes(text: str, draft: Draft, problems: list[Problem]) -> str:
    known = [one.quote for one in draft.citations if one.quote] + list(draft.labels)
    for found in _QUOTE.finditer(text):
        quote = found[1] if found[1] is not None else found[2]
        if not any(quote in one for one in known):
            problems.append(Problem(quote, "a quote that is no span of the evidence"))
        text = _blank(text, *found.span())
    return text


def _labels(text: str, labels: Collection[str]) -> str:
    """Blank out labels that hold a letter or are dates; a bare number is never a label."""
    for label in sorted(labels, key=len, reverse=True):
        if any(one.isalpha() for one in label) or _is_year(label):
            text = re.sub(rf"(?<!\w){re.escape(label)}(?!\w)", lambda found: " " * len(found.group()), text)
    return text


def _is_year(label: str) -> bool:
    return re.fullmatch(r"(?:19|20)\d\d", label) is not None


def _numbers(text: str, figures: Sequence[Figure], problems: list[Problem]) -> str:
    for found in _NUMBER.finditer(text):
        if not any(_says(found, one, text) for one in figures):
            problems.append(Problem(found.group().strip(), "no cited figure has this value"))
        text = _blank(text, *found.span("number"))
    return text


def _says(found: re.Match[str], figure: Figure, text: str) -> bool:
    percent = found["percent"] is not None
    if found["scale"] or percent != (figure.unit == "%"):
        return False
    if is_currency(figure.unit) and (found["code"] or "").strip() != figure.unit:
        return False
    shown = Decimal(found["number"].replace(",", ""))
    signed = -shown if found["sign"] else shown
    before = text[max(0, found.start() - _NEAR) : found.start()]
    changes = figure.derived in (DIFFERENCE, PERCENT_CHANGE)
    if _rounds(figure.value, signed):
        return bool(found["sign"]) or not changes or not _points(before, _DOWN, _UP)
    return changes and not found["sign"] and _rounds(-figure.value, shown) and _points(before, _DOWN, _UP)


def _points(before: str, wanted: re.Pattern[str], other: re.Pattern[str]) -> bool:
    """Tell whether the last word of direction before a number is a wanted one."""
    last = max((found.end() for found in wanted.finditer(before)), default=-1)
    return last > max((found.end() for found in other.finditer(before)), default=-1)


def _rounds(value: Decimal, shown: Decimal) -> bool:
    decimals = -int(shown.as_tuple().exponent)
    exact = max(0, -int(value.normalize().as_tuple().exponent))
    if decimals < min(2, exact):
        return False
    if 0 < abs(value) < Decimal("0.01") and decimals < min(exact, 3 - value.adjusted()):
        return False
    return value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN) == shown
