"""Answer a question over data from the semantic layer."""

from nlp_gateway.domain.answers import formats
from nlp_gateway.domain.answers.model import Draft, Refusal, Result
from nlp_gateway.domain.answers.reading import reading_of
from nlp_gateway.domain.answers.telling import tell
from nlp_gateway.domain.questions.model import Parsed
from nlp_gateway.ports.asking import Asker, SemanticLayer

NO_DATA, NO_ROWS = "NO_DATA", "NO_ROWS"


async def answer_data(asker: Asker, parsed: Parsed, persona: str, *, layer: SemanticLayer) -> Draft:
    """Return the answer, or the refusal that says what to connect or which days there are."""
    result = await layer.figures(asker, parsed)
    if result.totals:
        return tell(parsed, result, persona)
    return Draft(text="", refusal=_nothing(parsed, result), reading=reading_of(parsed, result))


def _nothing(parsed: Parsed, result: Result) -> Refusal:
    metric = parsed.metric
    if result.view_rows == 0:
        message = f"There is no data for {metric.title}. Connect {metric.connect}."
        return Refusal(NO_DATA, message, ("Which sources are connected?",))
    message = f"No row fits: {reading_of(parsed, result)}."
    suggestions: tuple[str, ...] = ()
    if result.data_from and result.data_until:
        first, last = formats.moment(result.data_from), formats.moment(result.data_until)
        message += f" The data goes from {formats.day(first)} to {formats.day(last)}."
        suggestions = (f"{metric.title} in {formats.MONTHS[last.month - 1]} {last.year}",)
    return Refusal(NO_ROWS, message, suggestions)
