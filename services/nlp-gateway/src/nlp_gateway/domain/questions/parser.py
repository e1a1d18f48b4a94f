"""From a question's words to a metric's query, or to why there is none. No model and no SQL takes part.

Every word that carries meaning must be accounted for by the reading: what is left over is named, and the question is
not answered. So a question is never narrowed, widened or redirected by words that nobody understood.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from nlp_gateway.domain.questions.model import LATEST, Metric, Parsed, Unread, Values
from nlp_gateway.domain.questions.phrases import MetricSpan, metric_spans, metric_spans_around_values, spans
from nlp_gateway.domain.questions.places import Ambiguous, Places, choose
from nlp_gateway.domain.questions.refusals import (
    AMBIGUOUS,
    NO_QUESTION,
    UNKNOWN_METRIC,
    UNSUPPORTED,
    Attempt,
    left_over,
    only_names,
    problem_of,
    sentence,
    size_unknown,
    suggestions_for,
)
from nlp_gateway.domain.questions.times import Times, read_times
from nlp_gateway.domain.questions.words import (
    ADVERBS,
    BY,
    CHANGED,
    DOWN,
    FALLING,
    FILLERS,
    GRAINS,
    MOVING,
    NEGATIONS,
    NOW,
    NUMBERS,
    RISING,
    SIZES,
    STRUCTURE,
    TEMPORAL,
    UP,
    WHICH,
    Word,
    corrected,
    fold,
    key,
    known_words,
    words_of,
)

MAX_CHARACTERS = 500
PEOPLE = "seller"
UNCLEAR = "?"
_FISCAL = re.compile(r"\bfiscal\b|\bfy ?(?=(?:19|20)\d\d\b)")
"""Fiscal years are calendar years here, which the answer says."""
NO_NAMES = FILLERS | CHANGED
"""Words that name no metric, dimension or value."""
TOP, MAX_TOP = 5, 100
"""How many "the top customers" are, and at most."""


def metrics_named(question: str, metrics: Sequence[Metric], english: Collection[str] = ()) -> list[Metric]:
    """Return the metrics that words of the question name, longest names first; their values help to read the rest."""
    text, _ = corrected(_FISCAL.sub(" ", fold(question[:MAX_CHARACTERS])), _vocabulary(metrics, {}), english)
    words = _ordering(_meaningful(text, ()))[0]
    found = sorted(metric_spans(words, metrics), key=_length)
    return list(dict.fromkeys(one.metric for one in found))


def parse(
    question: str,
    metrics: Sequence[Metric],
    values: Mapping[str, Values],
    today: date,
    english: Collection[str] = (),
) -> Parsed | Unread:
    """Return the one complete reading of a question.

    `values` holds the known values of each candidate's dimensions, by metric. `today` is the day in UTC to which "last
    month" is relative. Words of `english` are never taken for typing errors.
    """
    folded = fold(question[:MAX_CHARACTERS])
    if len(question) > MAX_CHARACTERS:
        return Unread(UNSUPPORTED, f"A question has at most {MAX_CHARACTERS} characters.", ())
    text, fixed = corrected(_FISCAL.sub(" ", folded), _vocabulary(metrics, values), english)
    if _FISCAL.search(folded):
        fixed.append(("fiscal", "calendar"))
    changed = any(word.typed in CHANGED for word in words_of(text))
    times = read_times(text, today, changed)
    words, order, limit = _ordering(_meaningful(text, times.spans))
    if not words:
        return Unread(NO_QUESTION, "There is no question in it.")
    named = metric_spans(words, metrics)
    for metric in dict.fromkeys(one.metric for one in named):
        named += metric_spans_around_values(words, metric, values.get(metric.name, {}))
    named = sorted(dict.fromkeys(named), key=_length)
    if not named:
        return Unread(UNKNOWN_METRIC, "No figure that is known here is asked for.", words=_typed(words, ()))
    said = {word.typed for word in words_of(text)}
    sized = bool(said & SIZES) and not said & {"number", "many"}
    order = _by_change(order, said)
    if order == UNCLEAR:
        options = tuple(f"{one.metric.title} {how} the most" for one in named[:1] for how in ("grew", "fell"))
        return Unread(AMBIGUOUS, "Say what grew the most, or what fell the most.", options)
    attempts = [_attempt(words, one, times, values.get(one.metric.name, {}), (order, limit, sized)) for one in named]
    return _one_of(attempts, tuple(fixed), values)


def _by_change(order: str, said: set[str]) -> str:
    """Return the order by change where growth or decline stand with "the most"; UNCLEAR where neither is said."""
    ways = [way for way, words in (("-", RISING), ("", FALLING), ("?", MOVING)) if said & words]
    if not order or not ways:
        return order
    return f"{ways[0]}change" if order == "-value" and len(ways) == 1 and ways[0] != "?" else UNCLEAR


def _length(one: MetricSpan) -> int:
    return -len(one.places)


def _one_of(
    attempts: Sequence[Attempt], fixed: tuple[tuple[str, str], ...], values: Mapping[str, Values]
) -> Parsed | Unread:
    complete = [one.parsed for one in attempts if one.parsed is not None]
    most = max((one.words for one in complete), default=0)
    best = {one.metric.name: one for one in complete if one.words == most}
    if len(best) == 1:
        return replace(next(iter(best.values())), corrections=fixed)
    if best:
        options = tuple(one.metric.title for one in best.values())
        return Unread(AMBIGUOUS, f"It can mean {' or '.join(options)}. Which one?", options)
    refused = [one.refused for one in attempts if one.refused is not None]
    if refused:
        return refused[0]
    least = min(attempts, key=lambda one: len(one.left))
    others = {one.metric.title for one in attempts}
    if len(others) > 1 and only_names(attempts):
        titles = sorted(others)
        return Unread(AMBIGUOUS, f"It asks for {' and '.join(titles)}; one figure at a time.", tuple(titles))
    return left_over(least, {read: typed for typed, read in fixed}, values.get(least.metric.name, {}))


def _attempt(
    words: Sequence[Word], named: MetricSpan, times: Times, values: Values, ordering: tuple[str, int, bool]
) -> Attempt:
    metric = named.metric
    free = [index not in named.places for index in range(len(words))]
    try:
        places = choose(words, spans(words, free, metric, values), metric)
    except Ambiguous as error:
        options = tuple(f"{metric.title} for {title} {value}" for title, value in error.options)
        message = f"“{error.said}” can be " + " or ".join(f"{title} {value}" for title, value in error.options) + "."
        return Attempt(metric, refused=Unread(AMBIGUOUS, message, options))
    if contradicted := _contradicted(words, named, places, values):
        return Attempt(metric, refused=contradicted)
    used = places.used | set(named.places)
    _who(words, metric, places, used)
    grain = _grain(words, used)
    order, limit, sized = ordering
    _settle(words, named, metric, used, bool(places.dimensions))
    left = _typed(words, used)
    if left:
        return Attempt(metric, left=left)
    problem = problem_of(metric, times, grain, order, places) or size_unknown(metric, sized)
    if problem:
        return Attempt(metric, refused=problem)
    parsed = Parsed(
        metric=metric,
        dimensions=tuple(places.dimensions),
        conditions=places.as_conditions(),
        grain=grain,
        period=times.period,
        comparison=times.comparison,
        compared_with=times.compared_with,
        order=order,
        limit=limit,
        words=len(named.places),
    )
    return Attempt(metric, parsed=parsed)


def _contradicted(words: Sequence[Word], named: MetricSpan, places: Places, values: Values) -> Unread | None:
    """Refuse a value of a dimension that the metric's name has a value of already, as in "deals won and lost"."""
    said = {words[place].root for place in named.places}
    for name in places.conditions:
        own = said & {phrase[0] for value in values.get(name, ()) if len(phrase := key(value)) == 1}
        if own:
            asked = " or ".join(places.conditions[name])
            message = f"{sentence(named.metric.title)} are of {name} {', '.join(sorted(own))} alone, not {asked}."
            return Unread(UNSUPPORTED, message, suggestions_for(named.metric))
    return None


def _who(words: Sequence[Word], metric: Metric, places: Places, used: set[int]) -> None:
    """ "Who" asks for people: sellers, where the metric has them."""
    for index, word in enumerate(words):
        if word.typed == "who" and index not in used and metric.dimension(PEOPLE):
            used.add(index)
            places.dimensions += [] if PEOPLE in places.dimensions else [PEOPLE]


def _grain(words: Sequence[Word], used: set[int]) -> str:
    """Return the grain of "daily", "by month" or "which month", and take its words."""
    found = ""
    for index, word in enumerate(words):
        if index in used or word.typed not in GRAINS:
            continue
        led = index > 0 and words[index - 1].typed in BY | WHICH
        if led or word.typed in ADVERBS:
            found = found or GRAINS[word.typed]
            used.add(index)
            used.update({index - 1} if led else ())
    return found


def _ordering(words: Sequence[Word]) -> tuple[list[Word], str, int]:
    """Return the words without "top 5", "the most", "lowest", and what these say: an order and a limit."""
    order, limit = "", 0
    taken: set[int] = set()
    for index, word in enumerate(words):
        if word.typed not in DOWN | UP:
            continue
        taken.add(index)
        order = order or ("-value" if word.typed in DOWN else "value")
        for beside in (index + 1, index - 1):
            number = _number(words[beside].typed) if 0 <= beside < len(words) and beside not in taken else 0
            if number:
                limit = number
                taken.add(beside)
                break
    rest = [word for index, word in enumerate(words) if index not in taken]
    listed = any(word.typed in ("top", "bottom") for word in words)
    return rest, order, min(limit or (TOP if listed else 1), MAX_TOP) if order else 0


def _number(word: str) -> int:
    return int(word) if word.isdigit() and len(word) <= 3 else NUMBERS.get(word, 0)


def _settle(words: Sequence[Word], named: MetricSpan, metric: Metric, used: set[int], split: bool) -> None:
    """Take words that say what holds anyway: "now" of what is as it is now, "list" at first."""
    for index, word in enumerate(words):
        as_it_is = word.typed in NOW and (not metric.time or metric.additivity == LATEST)
        if as_it_is or (word.typed == "list" and index == 0):
            used.add(index)
        elif word.typed in WHICH and index + 1 == named.places[0]:
            used.add(index)  # "which deals are open": the rows behind the figure are these deals
        elif word.typed == "or" and {index - 1, index + 1} <= used:
            used.add(index)  # "Paris or Ohio": a row has one of them
        elif word.typed in BY and index + 1 == named.places[0] and split:
            used.add(index)  # "top 5 services by cloud spend"


def _meaningful(text: str, said: Iterable[tuple[int, int]]) -> list[Word]:
    """Return the words that carry meaning here: without those that named a period or asked for a change."""
    taken = list(said)
    return [
        word
        for word in words_of(text)
        if word.typed not in FILLERS | CHANGED
        and not any(start <= word.start and word.end <= end for start, end in taken)
    ]


def _typed(words: Sequence[Word], used: Iterable[int]) -> tuple[str, ...]:
    taken = set(used)
    return tuple(word.typed for index, word in enumerate(words) if index not in taken)


def _vocabulary(metrics: Sequence[Metric], values: Mapping[str, Values]) -> set[str]:
    known = FILLERS | STRUCTURE | TEMPORAL | NEGATIONS | set(NUMBERS) | {"list"}
    phrases = [phrase for metric in metrics for phrase in metric.words]
    phrases += [phrase for metric in metrics for one in metric.dimensions for phrase in one.words]
    phrases += [value for taken in values.values() for stored in taken.values() for value in stored]
    found = set(known)
    for phrase in phrases:
        found.update(known_words(phrase))
    return found
