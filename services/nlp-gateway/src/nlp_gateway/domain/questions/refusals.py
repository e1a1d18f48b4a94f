"""Why a question is not read, and what can be asked instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp_gateway.domain.questions.model import Metric, Parsed, Unread, Values
from nlp_gateway.domain.questions.words import NEGATIONS, fold, key, root

NO_QUESTION, UNKNOWN_METRIC, UNKNOWN_WORDS = "NO_QUESTION", "UNKNOWN_METRIC", "UNKNOWN_WORDS"
AMBIGUOUS, UNSUPPORTED = "AMBIGUOUS", "UNSUPPORTED"
MAX_NAMED, MAX_NEAR = 7, 3
"""Dimensions and values that a refusal names."""


@dataclass(frozen=True)
class Attempt:
    """A reading under one metric: what was read, or which words it leaves over, or why it cannot be."""

    metric: Metric
    parsed: Parsed | None = None
    left: tuple[str, ...] = ()
    refused: Unread | None = None


def only_names(attempts: Sequence[Attempt]) -> bool:
    """Tell whether what each reading leaves over is what the others are named by."""
    known = {word for one in attempts for phrase in one.metric.words for word in fold(phrase).split()}
    return all(set(one.left) <= known for one in attempts)


def left_over(attempt: Attempt, typed: Mapping[str, str], values: Values) -> Unread:
    """Name the words that a reading leaves over, as they were typed, and values that have them."""
    metric, left = attempt.metric, tuple(typed.get(word, word) for word in attempt.left)
    said = ", ".join(f"“{word}”" for word in left)
    verb = "is" if len(left) == 1 else "are"
    near = _values_with(attempt, values)
    if set(left) & NEGATIONS:
        message = f"Values can be picked, not left out: {said} {verb} not understood for {metric.title}."
    elif near:
        message = f"{said} {verb} not a whole name here. Is it {' or '.join(near)}?"
    else:
        known = ", ".join(one.title for one in metric.dimensions[:MAX_NAMED])
        message = f"{said} {verb} not known here for {metric.title}. It can be split by {known}."
    asked = tuple(f"{metric.title} for {one}" for one in near) or suggestions_for(metric)
    return Unread(UNKNOWN_WORDS, message, asked, left)


def _values_with(attempt: Attempt, values: Values) -> list[str]:
    """Return up to three values, with their dimension, that have every word left over among their own."""
    wanted = {root(word) for word in attempt.left}
    found = [
        f"{dimension.title} {value}"
        for dimension in attempt.metric.dimensions
        for value in values.get(dimension.name, ())
        if wanted <= set(key(value))
    ]
    return found[:MAX_NEAR]


def suggestions_for(metric: Metric) -> tuple[str, ...]:
    """Return questions about a metric that can be answered."""
    by = f" by {metric.dimensions[0].title}" if metric.dimensions else ""
    when = " last month" if metric.time else ""
    return (f"{metric.title}{when}", f"{metric.title}{by}{when}")


def sentence(title: str) -> str:
    """Return a title as the beginning of a sentence."""
    return title[:1].upper() + title[1:]
