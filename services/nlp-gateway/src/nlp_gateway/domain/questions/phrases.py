"""Which words of a question name a metric, a dimension or a value of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp_gateway.domain.questions.model import Metric, Values
from nlp_gateway.domain.questions.words import BY, NEGATIONS, STRUCTURE, Word, key

MAX_WORDS = 12
"""Of a value; longer ones cannot be named."""


def _ordered(phrase: tuple[str, ...]) -> tuple[str, ...]:
    """Return a phrase in the order of its letters, so that any order is found; "no" and "without" keep their places:
    deals without an account are not accounts without a deal.
    """
    return phrase if NEGATIONS.intersection(phrase) else tuple(sorted(phrase))


@dataclass(frozen=True)
class MetricSpan:
    """Words that name a metric, by their places."""

    metric: Metric
    places: tuple[int, ...]


@dataclass(frozen=True)
class Span:
    """Words [start, end) that name a dimension, or a value of it (`value`); `labelled` when both stand there."""

    dimension: str
    value: str | None
    start: int
    end: int
    labelled: bool = False


def metric_spans(
    words: Sequence[Word], metrics: Iterable[Metric], places: Sequence[int] | None = None
) -> list[MetricSpan]:
    """Return the metrics that runs of words name, in any order of the run's words; runs within longer ones are out.

    `words` are those that carry meaning, in their order: fillers between them do not part a run. With `places`, a run
    is of the words at these places alone.
    """
    at = range(len(words)) if places is None else places
    names: dict[tuple[str, ...], list[Metric]] = {}
    for metric in metrics:
        for phrase in {_ordered(key(one)) for one in metric.words} - {()}:
            names.setdefault(phrase, []).append(metric)
    longest = max(map(len, names), default=0)
    found: list[MetricSpan] = []
    for start in range(len(at)):
        for end in range(min(len(at), start + longest), start, -1):
            run = _ordered(tuple(words[place].root for place in at[start:end]))
            found += [MetricSpan(metric, tuple(at[start:end])) for metric in names.get(run, ())]
    return [one for one in found if not any(set(one.places) < set(other.places) for other in found)]


def metric_spans_around_values(words: Sequence[Word], metric: Metric, values: Values) -> list[MetricSpan]:
    """Return where a metric is named around values, as in "deals did Ada win"."""
    known = [one for one in spans(words, [True] * len(words), metric, values) if one.value is not None]
    taken: set[int] = set()
    for one in sorted(known, key=lambda span: span.start - span.end):
        if not taken.intersection(range(one.start, one.end)):
            taken.update(range(one.start, one.end))
    return metric_spans(words, [metric], [place for place in range(len(words)) if place not in taken])


def spans(words: Sequence[Word], free: Sequence[bool], metric: Metric, values: Values) -> list[Span]:
    """Return every way in which runs of free words name dimensions of a metric or their values."""
    dimensions = {
        tuple(sorted(phrase)): one.name for one in metric.dimensions for word in one.words if (phrase := key(word))
    }
    stored: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for dimension, taken in values.items():
        for value in taken:
            phrase = key(value)
            if 0 < len(phrase) <= MAX_WORDS:
                stored.setdefault(phrase, []).append((dimension, value))
    found: list[Span] = []
    for start in range(len(words)):
        for end in range(start + 1, min(len(words), start + MAX_WORDS + 3) + 1):
            if not all(free[start:end]):
                break
            run = tuple(word.root for word in words[start:end])
            found += [Span(name, value, start, end) for name, value in stored.get(run, ())]
            if (split := dimensions.get(tuple(sorted(run)))) is not None:
                found.append(Span(split, None, start, end))
    return [one for one in found if one.value is not None or not _is_structure(words, one)] + _labelled(found)


def _is_structure(words: Sequence[Word], span: Span) -> bool:
    return span.end - span.start == 1 and words[span.start].typed in STRUCTURE - BY


def _labelled(found: Sequence[Span]) -> list[Span]:
    """Return values beside the name of their own dimension, as in "team web" and "web team"."""
    labels = [one for one in found if one.value is None]
    return [
        Span(value.dimension, value.value, min(value.start, label.start), max(value.end, label.end), True)
        for value in found
        for label in labels
        if value.value is not None
        and label.dimension == value.dimension
        and (label.end == value.start or value.end == label.start)
    ]
