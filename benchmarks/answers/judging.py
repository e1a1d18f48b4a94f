"""Whether an answer is right, and whether every number in it can be traced."""

from decimal import ROUND_HALF_EVEN, Decimal

from nlp_gateway.domain.answers.checker import check
from nlp_gateway.domain.answers.model import DIFFERENCE, PERCENT_CHANGE, Answer, Figure

from benchmarks.answers.questions import Expected

SHOWN = 25
INVENTED = " 77"


def wrong(answer: Answer, expected: Expected) -> list[str]:
    """Return what differs from what was expected; empty when it is the right figure, or the refusal that was due."""
    draft = answer.draft
    reason = draft.refusal.reason if draft.refusal else ""
    if expected.refused or reason:
        quiet = not (draft.text or draft.figures)
        return [] if reason in expected.refused and quiet else [f"{reason or draft.text!r}, not {expected.refused!r}"]
    figures = {one.name: one.value for one in draft.figures}
    wanted = {"total": expected.total, **expected.rows}
    if expected.before is not None:
        wanted["before"] = expected.before
    shown = list(wanted)[: SHOWN + 2]
    problems = [
        f"{name}: {figures.get(name)}, not {wanted[name]}" for name in shown if figures.get(name) != wanted[name]
    ]
    if expected.rows and (draft.table is None or len(draft.table.rows) != min(len(expected.rows), SHOWN)):
        problems.append("the table has other rows")
    return problems


def untraced(answer: Answer) -> list[str]:
    """Return the figures and words of the text that nothing backs; also that the checker sees an invented number."""
    draft = answer.draft
    values = {one.name: one.value for one in draft.figures}
    problems = [f"{one.name} has no citation" for one in draft.figures if not one.citations]
    problems += [f"{one.name} does not follow" for one in draft.figures if one.derived and not _follows(one, values)]
    problems += [f"{one.said}: {one.why}" for one in check(draft.text, draft)]
    if draft.text and not check(draft.text + INVENTED, draft):
        problems.append("an invented number is not seen")
    return problems


def _follows(figure: Figure, values: dict[str, Decimal]) -> bool:
    """Compute a derived figure again from its two."""
    first, second = (values[name] for name in figure.of)
    if figure.derived == DIFFERENCE:
        return figure.value == first - second
    part = first - second if figure.derived == PERCENT_CHANGE else first
    return figure.value == (100 * part / abs(second)).quantize(Decimal("0.0001"), ROUND_HALF_EVEN)
