"""Tables and charts of a result: as people read them, and exact."""

from collections.abc import Sequence

from nlp_gateway.domain.answers import formats
from nlp_gateway.domain.answers.model import Chart, Figure, Result, ResultRow, Series, Table, TableRow
from nlp_gateway.domain.answers.reading import place_said
from nlp_gateway.domain.questions.model import Parsed

Cited = tuple[ResultRow, Figure | None, Figure | None, Figure | None]


def table_of(parsed: Parsed, result: Result, cited: Sequence[Cited]) -> Table | None:
    """Return the rows with their citations; None where there is only a total."""
    if not cited:
        return None
    titles = [found.title if (found := parsed.metric.dimension(name)) else name for name in parsed.dimensions]
    columns = [*titles, *([parsed.grain] if parsed.grain else []), parsed.metric.title]
    if result.compared_with is not None:
        columns += ["before", "change", "change %"]
    rows = []
    for row, now, before, change in cited:
        cells = [place_said(_one(row, index), parsed.grain) for index in range(len(row.place))]
        cells.append(now.display if now else "no data")
        if result.compared_with is not None:
            relative = row.change_percent if row.unit != "%" else None
            percent = f"{formats.number(relative)} %" if relative is not None else ""
            cells += [before.display if before else "no data", change.display if change else "", percent]
        rows.append(TableRow(tuple(cells), now.citations[0] if now else 0))
    return Table(tuple(columns), tuple(rows), result.truncated and not parsed.limit)


def _one(row: ResultRow, index: int) -> ResultRow:
    return ResultRow((row.place[index],), row.unit, row.figure)


def chart_of(parsed: Parsed, result: Result) -> Chart | None:
    """Return a line over time or bars by one dimension; nothing where several units or places would mislead."""
    units = {row.unit for row in result.rows}
    if len(result.rows) < 2 or len(units) != 1 or len(parsed.dimensions) + bool(parsed.grain) != 1:
        return None
    labels = tuple(place_said(row, parsed.grain) for row in result.rows)
    series = [Series(parsed.metric.title, tuple(_text(row.figure.value) for row in result.rows))]
    if result.compared_with is not None:
        values = (row.compared.value if row.compared else None for row in result.rows)
        series.append(Series("before", tuple(map(_text, values))))
    return Chart("line" if parsed.grain else "bar", labels, tuple(series), units.pop())


def _text(value: object) -> str | None:
    return None if value is None else f"{value:f}"
