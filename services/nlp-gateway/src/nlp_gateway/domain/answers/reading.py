"""How a question was read, said back in words."""

from nlp_gateway.domain.answers import formats
from nlp_gateway.domain.answers.model import Result, ResultRow
from nlp_gateway.domain.questions.model import Parsed

ORDERS = {"-value": "highest", "value": "lowest", "-change": "growing most", "change": "falling most"}
"""What an order is called."""


def reading_of(parsed: Parsed, result: Result | None = None) -> str:
    """Return e.g. "effective cloud cost by team, only service category Compute, October 2026"."""
    metric = parsed.metric
    titles = [found.title if (found := metric.dimension(name)) else name for name in parsed.dimensions]
    by = [*titles, *([parsed.grain] if parsed.grain else [])]
    parts = [metric.title + (f" by {' and '.join(by)}" if by else "") + conditions_said(parsed)]
    period = (result.period if result else None) or parsed.period
    if period:
        parts.append(formats.span(period.since, period.until))
    if result and result.as_of:
        parts.append(f"on {formats.day(formats.moment(result.as_of))}")
    elif metric.time and not period:
        parts.append("all time")
    other = (result.compared_with if result else None) or parsed.compared_with
    if other:
        parts.append(f"compared with {formats.span(other.since, other.until)}")
    if parsed.order:
        parts.append(f"{parsed.limit or 'all'} {ORDERS[parsed.order]}")
    return ", ".join(parts)


def conditions_said(parsed: Parsed) -> str:
    """Return " for team web and service Compute Engine", or nothing."""
    said = []
    for one in parsed.conditions:
        found = parsed.metric.dimension(one.dimension)
        values = " or ".join(map(formats.quoted, one.values))
        said.append(f"{found.title if found else one.dimension} {values}")
    return f" for {' and '.join(said)}" if said else ""


def period_said(result: Result) -> str:
    """Return " in October 2026", " on 31 October 2026" or nothing."""
    if result.as_of:
        return f" on {formats.day(formats.moment(result.as_of))}"
    if result.period is None:
        return ""
    said = formats.span(result.period.since, result.period.until)
    return f" {formats.preposition(said)} {said}"


def place_said(row: ResultRow, grain: str) -> str:
    """Return a row's place: "web", "web, Paris", "October 2026"; what has no value is "none"."""
    said = [
        formats.bucket(value[:10], grain) if name == "period" and value else formats.quoted(value or "none")
        for name, value in row.place
    ]
    return ", ".join(said)
