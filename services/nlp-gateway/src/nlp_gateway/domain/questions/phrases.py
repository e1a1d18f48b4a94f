"""Which words of a question name a metric, a dimension or a value of one."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from nlp_gateway.domain.questions.model import Metric, Values
from nlp_gateway.domain.questions.words import BY, STRUCTURE, Word, key

MAX_WORDS = 12
"""Of a value; longer ones cannot be named."""


@dataclass(frozen=True)
class MetricSpan:
    """Words [start, end) that name a metric."""

    metric: Metric
    start: int
    end: int


@dataclass(frozen=True)
class Span:
    """Words [start, end) that name a dimension, or a value of it (`value`); `labelled` when both stand there."""

    dimension: str
    value: str | None
    start: int
    end: int
    labelled: bool = False


def metric_spans(words: Sequence[Word], metrics: Iterable[Metric]) -> list[MetricSpan]:
    """Return the metrics that runs of words name, in any order of the run's words; runs within longer ones are out.

    `words` are those that carry meaning, in their order: fillers between them do not part a run.
    """
    names: dict[tuple[str, ...], list[Metric]] = {}
    for metric in metrics:
        for phrase in {tuple(sorted(key(one))) for one in metric.words} - {()}:
            names.setdefault(phrase, []).append(metric)
    longest = max(map(len, names), default=0)
    found: list[MetricSpan] = []
    for start in range(len(words)):
        for end in range(min(len(words), start + longest), start, -1):
            run = tuple(sorted(word.root for word in words[start:end]))
            found += [MetricSpan(metric, start, end) for metric in names.get(run, ())]
    return [
        one
        for one in found
        if not any(
            other.start <= one.start and one.end <= other.end and other.end - other.start > one.end - one.start
            for other in found
        )
    ]


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
