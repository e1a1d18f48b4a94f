"""Why a question is not read, and what can be asked instead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp_gateway.domain.questions.model import LATEST, Metric, Parsed, Unread, Values
from nlp_gateway.domain.questions.places import Places
from nlp_gateway.domain.questions.times import Times
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


def size_unknown(metric: Metric, sized: bool) -> Unread | None:
    """Refuse "the biggest deals" of what is only counted."""
    if not sized or not metric.formula.startswith("rows"):
        return None
    message = f"The size of {metric.title} is not known, only how many there are."
    return Unread(AMBIGUOUS, message, tuple(f"{metric.title} by {one.title}" for one in metric.dimensions[:2]))


def problem_of(metric: Metric, times: Times, grain: str, order: str, places: Places) -> Unread | None:
    """Say why a reading of every word is none: the metric, the times and the order do not go together."""
    if times.problem:
        return Unread(UNSUPPORTED, times.problem, suggestions_for(metric))
    if not metric.time and (times.period or times.comparison or grain):
        message = f"{sentence(metric.title)} is known only as it stands now, not by period."
        return Unread(UNSUPPORTED, message, suggestions_for(metric))
    if order and not places.dimensions and not grain:
        known = tuple(f"{metric.title} by {one.title}" for one in metric.dimensions[:3])
        return Unread(AMBIGUOUS, f"The most or least of what? {sentence(metric.title)} can be split.", known)
    if grain and times.comparison:
        message = "Either a split by time or a comparison of two periods, not both."
        return Unread(UNSUPPORTED, message, suggestions_for(metric))
    if metric.additivity == LATEST and grain not in ("", "day"):
        message = f"{sentence(metric.title)} is a state of a day; it cannot be added up over a {grain}."
        return Unread(UNSUPPORTED, message, (f"{metric.title} by day",))
    return None
