"""Read a question as one over data."""

from dataclasses import replace
from datetime import date

from nlp_gateway.domain.questions.model import Metric, Parsed, Unread, Values
from nlp_gateway.domain.questions.parser import metrics_named, parse
from nlp_gateway.domain.questions.refusals import UNKNOWN_METRIC
from nlp_gateway.ports.asking import Asker, Dictionary, Nearness, SemanticLayer

MAX_CANDIDATES = 5
NEAREST = 3


async def read_question(
    asker: Asker, question: str, today: date, *, layer: SemanticLayer, nearness: Nearness, dictionary: Dictionary
) -> Parsed | Unread:
    """Return the query, or why there is none; for an unknown metric with the nearest three."""
    metrics = list(await layer.metrics(asker))
    values: dict[str, Values] = {}
    english = await dictionary.words()
    for metric in metrics_named(question, metrics, english)[:MAX_CANDIDATES]:
        values[metric.name] = await layer.values(asker, metric)
    read = parse(question, metrics, values, today, english)
    if isinstance(read, Unread) and read.reason == UNKNOWN_METRIC:
        return await _with_nearest(question, read, metrics, nearness)
    return read


async def _with_nearest(question: str, read: Unread, metrics: list[Metric], nearness: Nearness) -> Unread:
    scores = await nearness.rank(question, [f"{one.title}: {one.description}" for one in metrics])
    ranked = sorted(zip(scores, metrics, strict=True), key=lambda pair: -pair[0])
    titles = tuple(metric.title for _, metric in ranked[:NEAREST])
    said = ", ".join(f"“{word}”" for word in read.words)
    message = f"No figure here is called {said}. The nearest are {', '.join(titles)}."
    return replace(read, message=message, suggestions=titles)
