"""From words that may name dimensions and values to one reading of them, or the question which is meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from nlp_gateway.domain.questions.model import Condition, Metric
from nlp_gateway.domain.questions.phrases import Span
from nlp_gateway.domain.questions.words import BY, VERSUS, WHICH, Word


class Ambiguous(Exception):
    """Words name several things; `options` are (dimension title, value) pairs."""

    def __init__(self, said: str, options: Sequence[tuple[str, str]]) -> None:
        super().__init__(said)
        self.said = said
        self.options = tuple(options)


@dataclass
class Places:
    """Dimensions to split by and conditions, and which words said so."""

    dimensions: list[str]
    conditions: dict[str, list[str]]
    used: set[int]

    def as_conditions(self) -> tuple[Condition, ...]:
        """Return the conditions, dimension by dimension."""
        return tuple(Condition(name, tuple(dict.fromkeys(values))) for name, values in self.conditions.items())


def choose(words: Sequence[Word], candidates: Sequence[Span], metric: Metric) -> Places:
    """Take the longest spans first; raise `Ambiguous` where equally long ones mean different values."""
    places = Places([], {}, set())
    remaining = list(candidates)
    while remaining:
        longest = max(one.end - one.start for one in remaining)
        here = min(one.start for one in remaining if one.end - one.start == longest)
        rivals = [one for one in remaining if (one.start, one.end - one.start) == (here, longest)]
        chosen = _one_of(words, rivals, metric)
        _take(words, chosen, places)
        remaining = [one for one in remaining if one.end <= chosen.start or chosen.end <= one.start]
    places.dimensions.sort(key=lambda name: _first(candidates, name))
    return places


def _one_of(words: Sequence[Word], rivals: Sequence[Span], metric: Metric) -> Span:
    splits = [one for one in rivals if one.value is None]
    if splits and (_after(words, rivals[0].start, BY | WHICH) or len(splits) == len(rivals)):
        return splits[0]
    values = sorted({one for one in rivals if one.value is not None}, key=lambda one: not one.labelled)
    meanings = {(one.dimension, one.value) for one in values}
    if len(meanings) > 1:
        said = " ".join(word.typed for word in words[values[0].start : values[0].end])
        titles = {one.name: one.title for one in metric.dimensions}
        raise Ambiguous(said, sorted((titles[name], value or "") for name, value in meanings))
    return values[0]


def _after(words: Sequence[Word], start: int, before: frozenset[str]) -> bool:
    return start > 0 and words[start - 1].typed in before


def _take(words: Sequence[Word], span: Span, places: Places) -> None:
    places.used.update(range(span.start, span.end))
    at = span.start - 1
    if span.value is None:
        if span.dimension not in places.dimensions:
            places.dimensions.append(span.dimension)
        while at >= 0 and words[at].typed in BY | WHICH:
            places.used.add(at)
            at -= 1
        return
    places.conditions.setdefault(span.dimension, []).append(span.value)
    if span.labelled and at >= 0 and words[at].typed in BY:
        # "by team: web and data"
        places.used.add(at)
        places.dimensions += [] if span.dimension in places.dimensions else [span.dimension]
    beside = [index for index in (at, span.end) if 0 <= index < len(words) and words[index].typed in VERSUS]
    if beside and span.dimension not in places.dimensions:
        # "web versus data": both, side by side
        places.dimensions.append(span.dimension)
    places.used.update(beside)


def _first(candidates: Sequence[Span], name: str) -> int:
    return min(one.start for one in candidates if one.dimension == name)
