"""From the semantic layer's result to an offline answer: templates bound to figures, each with its citation.

The persona changes what is added, never a figure.
"""

from decimal import ROUND_HALF_EVEN, Decimal

from nlp_gateway.domain.answers import formats
from nlp_gateway.domain.answers.evidence import Evidence
from nlp_gateway.domain.answers.model import (
    DIFFERENCE,
    PERCENT_CHANGE,
    SHARE,
    Draft,
    Figure,
    Measured,
    Result,
    ResultRow,
)
from nlp_gateway.domain.answers.reading import ORDERS, conditions_said, period_said, place_said, reading_of
from nlp_gateway.domain.answers.tables import chart_of, table_of
from nlp_gateway.domain.questions.model import Parsed

TOLD = 5
"""Rows that the text names; the table has more."""
SHARE_PLACES = Decimal("0.0001")


def tell(parsed: Parsed, result: Result, persona: str) -> Draft:
    """Return the answer to a question over data; its result has at least one total."""
    evidence = Evidence()
    label = evidence.label
    for text in (result.metric.title, *_dates(parsed, result)):
        label(text)
    label(conditions_said(parsed))
    lines = [_total(parsed, result, row, evidence) for row in result.totals]
    cited = [_row_figure(parsed, result, row, evidence) for row in result.rows]
    if result.rows:
        lines.append(_split(parsed, result, cited, evidence))
    lines += _added(parsed, result, persona, cited, evidence)
    freshness = _freshness(result)
    if freshness:
        lines.append(label(freshness))
    for correction in parsed.corrections:
        lines.append(label("I read “{}” as “{}”.".format(*correction)))
    return Draft(
        text=" ".join(line for line in lines if line),
        figures=tuple(evidence.figures),
        citations=tuple(evidence.citations),
        table=table_of(parsed, result, cited),
        chart=chart_of(parsed, result),
        reading=reading_of(parsed, result),
        freshness=freshness,
        labels=frozenset(evidence.labels - {""}),
    )


def _dates(parsed: Parsed, result: Result) -> list[str]:
    spans = [formats.span(one.since, one.until) for one in (result.period, result.compared_with) if one]
    spans += [one.said for one in (parsed.period, parsed.compared_with) if one and one.said]
    return spans + ([formats.day(formats.moment(result.as_of))] if result.as_of else [])


def _total(parsed: Parsed, result: Result, row: ResultRow, evidence: Evidence) -> str:
    subject = formats_title(result.metric.title) + conditions_said(parsed)
    if row.place:
        subject += f" ({evidence.label(place_said(row, ''))})"
    when = period_said(result)
    if row.figure.value is None:
        earlier = _compared_alone(result, row, evidence)
        return f"{subject}{when}: no data{_why_empty(row)}.{earlier}"
    number = evidence.rows(result, row.figure, f"{result.metric.title}{when}")
    total = evidence.figure("total", row.figure.value, row.unit, number)
    text = f"{subject}{when}: {total.display} [{number}]{_parts(result, row, evidence)}."
    return text + _against(result, row, total, number, evidence)


def formats_title(title: str) -> str:
    """Return a title as the beginning of a sentence."""
    return title[:1].upper() + title[1:]


def _why_empty(row: ResultRow) -> str:
    return ", since none of the rows has a value" if row.figure.rows else ""


def _compared_alone(result: Result, row: ResultRow, evidence: Evidence) -> str:
    if row.compared is None or row.compared.value is None or result.compared_with is None:
        return ""
    before = evidence.rows(result, row.compared, f"{result.metric.title} before")
    figure = evidence.figure("before", row.compared.value, row.unit, before)
    return f" It was {figure.display} in {_span(result)} [{before}]."


def _parts(result: Result, row: ResultRow, evidence: Evidence) -> str:
    """Tell the two figures that one is made of."""
    if len(row.parts) != 2:
        return ""
    told = [_part(result, row, part, evidence) for part in row.parts]
    between = {"%": "of"}.get(row.unit, "less" if " - " in result.metric.formula else "over")
    return f" ({told[0]} {between} {told[1]})" if all(told) else ""


def _part(result: Result, row: ResultRow, part: Measured, evidence: Evidence) -> str:
    if part.value is None:
        return ""
    number = evidence.rows(result, part, part.title)
    unit = row.currency or (row.unit if formats.is_currency(row.unit) else "")
    counts = part.title.startswith(("count", "rows"))
    return f"{evidence.figure(part.title, part.value, '' if counts else unit, number).display} [{number}]"


def _against(result: Result, row: ResultRow, total: Figure, number: int, evidence: Evidence) -> str:
    """Tell the change against the period compared with."""
    if result.compared_with is None:
        return ""
    if row.compared is None or row.compared.value is None or row.change is None:
        return f" There is nothing to compare with in {_span(result)}."
    before = evidence.rows(result, row.compared, f"{result.metric.title} in {_span(result)}")
    earlier = evidence.figure("before", row.compared.value, row.unit, before)
    if row.change == 0:
        return f" It was the same in {_span(result)} [{before}]."
    change = evidence.figure(
        "change", row.change, _change_unit(row), number, before, derived=DIFFERENCE, of=(total.name, earlier.name)
    )
    way = "Up" if row.change > 0 else "Down"
    share = ""
    if row.change_percent is not None and row.unit != "%":
        percent = evidence.figure(
            "change in percent", row.change_percent, "%", number, before, derived=PERCENT_CHANGE,
            of=(total.name, earlier.name),
        )  # fmt: skip
        share = f" ({percent.display.lstrip('-')})"
    return f" {way} {change.display.replace('-', '', 1)}{share} from {earlier.display} in {_span(result)} [{before}]."


def _change_unit(row: ResultRow) -> str:
    """Percentages change by points: a percentage of a percentage would be taken for one."""
    return "points" if row.unit == "%" else row.unit


def _span(result: Result) -> str:
    period = result.compared_with
    return formats.span(period.since, period.until) if period else ""


Cited = tuple[ResultRow, Figure | None, Figure | None, Figure | None]
"""A row with its figure, that before, and the change."""


def _row_figure(parsed: Parsed, result: Result, row: ResultRow, evidence: Evidence) -> Cited:
    place = place_said(row, parsed.grain)
    evidence.label(place)
    for _, value in row.place:
        evidence.label(value or "none")
    now = before = change = None
    numbers: list[int] = []
    if row.figure.value is not None:
        numbers.append(evidence.rows(result, row.figure, f"{result.metric.title}, {place}"))
        now = evidence.figure(place, row.figure.value, row.unit, numbers[-1])
    if row.compared is not None and row.compared.value is not None:
        numbers.append(evidence.rows(result, row.compared, f"{result.metric.title}, {place}, before"))
        before = evidence.figure(f"{place} before", row.compared.value, row.unit, numbers[-1])
    if now and before and row.change is not None:
        names = (now.name, before.name)
        change = evidence.figure(
            f"{place} change", row.change, _change_unit(row), *numbers, derived=DIFFERENCE, of=names
        )
        if row.change_percent is not None and row.unit != "%":
            evidence.figure(
                f"{place} change in percent", row.change_percent, "%", *numbers, derived=PERCENT_CHANGE, of=names
            )
    return row, now, before, change


def _split(parsed: Parsed, result: Result, cited: list[Cited], evidence: Evidence) -> str:
    by = parsed.grain or ", ".join(_title(parsed, name) for name in parsed.dimensions)
    parts = [_said(parsed, one) for one in cited[:TOLD]]
    lead = f"By {by}"
    if parsed.order:
        lead = f"{formats_title(ORDERS[parsed.order])} by {by}"
    more = "; the table has the rest" if len(cited) > TOLD else ""
    cut = " There are more rows than are shown." if result.truncated and not parsed.limit else ""
    return f"{lead}: {', '.join(parts)}{more}.{cut}"


def _said(parsed: Parsed, one: Cited) -> str:
    row, now, before, change = one
    place = place_said(row, parsed.grain)
    if now is None:
        return f"{place} no data" + (f" (before {before.display} [{before.citations[0]}])" if before else "")
    text = f"{place} {now.display} [{now.citations[0]}]"
    if change is not None and before is not None and change.value:
        way = "up" if change.value > 0 else "down"
        text += f" ({way} {change.display.replace('-', '', 1)} from {before.display} [{before.citations[0]}])"
    return text


def _title(parsed: Parsed, name: str) -> str:
    found = parsed.metric.dimension(name)
    return found.title if found else name


def _added(parsed: Parsed, result: Result, persona: str, cited: list[Cited], evidence: Evidence) -> list[str]:
    """Return what this persona cares about besides."""
    lines: list[str] = []
    if any(row.unit == "" for row in result.totals):
        lines.append("The source names no currency.")
    changes = [one for one in cited if one[3] is not None and one[3].value]
    if persona in ("cfo", "coo") and len(changes) > 1 and "change" not in parsed.order:
        row, _, _, change = max(changes, key=lambda one: abs(one[3].value if one[3] else Decimal(0)))
        if change is not None:
            way = "up" if change.value > 0 else "down"
            marks = "".join(f"[{number}]" for number in change.citations)
            display = change.display.replace("-", "", 1)
            lines.append(f"The largest change is {place_said(row, parsed.grain)}: {way} {display} {marks}.")
    if persona == "coo" and not parsed.grain and parsed.metric.additivity == "additive":
        lines.append(_leading_share(parsed, result, cited, evidence))
    if persona == "cto":
        lines.append(evidence.label(f"It is {result.metric.formula}, from the view {result.metric.view}."))
    return lines


def _leading_share(parsed: Parsed, result: Result, cited: list[Cited], evidence: Evidence) -> str:
    """Tell how much of the whole the largest row is."""
    known = [one[1] for one in cited if one[1] is not None]
    total = next((one for one in evidence.figures if one.name == "total"), None)
    if len(result.totals) != 1 or len(known) < 2 or total is None or total.value <= 0:
        return ""
    first = max(known, key=lambda one: one.value)
    share = (first.value * 100 / total.value).quantize(SHARE_PLACES, ROUND_HALF_EVEN)
    figure = evidence.figure(
        f"{first.name} share",
        share,
        "%",
        *first.citations,
        *total.citations,
        derived=SHARE,
        of=(first.name, total.name),
    )
    return f"{first.name} is {figure.display} of the whole [{first.citations[0]}][{total.citations[0]}]."


def _freshness(result: Result) -> str:
    """Say where the data ends when the period asked for goes beyond it."""
    if not result.data_until or result.period is None:
        return ""
    last = formats.moment(result.data_until)
    return f"The data ends on {formats.day(last)}." if formats.ends_after(result.period.until, last) else ""
