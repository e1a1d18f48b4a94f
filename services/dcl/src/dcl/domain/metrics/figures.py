"""From groups of a view to a metric's rows: exact decimals, each with the conditions that select its rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any

from dcl.domain.metrics.model import ADDITIVE, DIFFERENCE, PERCENT, Metric
from dcl.domain.metrics.periods import Period
from dcl.domain.metrics.query import CURRENCY, PERIOD, UNIT, Selection
from dcl.domain.view import Filter

EXACT = Context(prec=80)
QUOTIENT = Decimal("0.000001")
"""Quotients and percentages are rounded to 6 places, half even."""
CHANGE = Decimal("0.0001")


@dataclass(frozen=True)
class Figure:
    """A value with the rows behind it; None where there is nothing to compute it from."""

    value: Decimal | None
    filters: tuple[Filter, ...]
    rows: int
    title: str


@dataclass(frozen=True)
class MetricRow:
    """A figure with its place: (dimension, value) pairs and the unit."""

    dimensions: tuple[tuple[str, str | None], ...]
    unit: str
    figure: Figure
    parts: tuple[Figure, ...] = ()
    compared: Figure | None = None
    compared_parts: tuple[Figure, ...] = ()
    additive: bool = False

    @property
    def change(self) -> Decimal | None:
        """How much more it is than what it is compared with; of sums and counts, what has no rows is zero."""
        now, before = self._number(self.figure), self._number(self.compared)
        return None if now is None or before is None else EXACT.subtract(now, before)

    def _number(self, figure: Figure | None) -> Decimal | None:
        if figure is None or figure.value is not None or figure.rows or not self.additive:
            return figure.value if figure else None
        return Decimal(0)

    @property
    def change_percent(self) -> Decimal | None:
        """The change in percent of what it is compared with, to 4 places."""
        if self.change is None or self.compared is None or not self.compared.value:
            return None
        share = EXACT.divide(self.change * 100, abs(self.compared.value))
        return share.quantize(CHANGE, ROUND_HALF_EVEN, EXACT)


@dataclass(frozen=True)
class MetricResult:
    """A metric's rows and totals of one snapshot, and what the data covers."""

    metric: Metric
    rows: tuple[MetricRow, ...]
    totals: tuple[MetricRow, ...]
    truncated: bool
    snapshot: int
    period: Period | None
    compared_with: Period | None
    view_rows: int
    data_from: str
    data_until: str
    as_of: str


def rows_of(
    selection: Selection, dimensions: Sequence[str], grain: str, groups: Iterable[Mapping[str, Any]]
) -> list[MetricRow]:
    """Return the rows of a question's groups; groups without any row behind their figures are left out."""
    return [row for group in groups if (row := _row(selection, dimensions, grain, group)) is not None]


def _row(selection: Selection, dimensions: Sequence[str], grain: str, group: Mapping[str, Any]) -> MetricRow | None:
    metric = selection.metric
    place = [(name, _text(group[f"dimension{number}"])) for number, name in enumerate(dimensions)]
    if grain:
        place.append((PERIOD, _text(group[PERIOD])))
    money = _text(group[UNIT]) if metric.unit_column or metric.currency else None
    base = (*selection.base, *selection.of_group(tuple(place), grain, money))
    unit = money if metric.unit_column else metric.unit
    if metric.currency:
        place.append((CURRENCY, money))
    parts = tuple(
        Figure(
            _decimal(group[f"part{number}"]),
            (*base, *part.filters) if metric.other else base,
            int(group[f"rows{number}"]),
            part.title,
        )
        for number, part in enumerate(metric.parts)
    )
    if not any(part.rows for part in parts):
        return None
    if metric.other is None:
        return MetricRow(tuple(place), unit or "", parts[0], additive=metric.additivity == ADDITIVE)
    first, second = parts
    # A sum over no rows is nothing to add; that its counterpart has rows makes it a zero.
    if first.value is None and first.rows == 0:
        first = replace(first, value=Decimal(0))
    return MetricRow(tuple(place), unit or "", _combined(metric, first, second), (first, second))


def _combined(metric: Metric, first: Figure, second: Figure) -> Figure:
    value: Decimal | None = None
    if first.value is not None and second.value is not None:
        if metric.combine == DIFFERENCE:
            value = EXACT.subtract(first.value, second.value)
        elif second.value:
            factor = 100 if metric.combine == PERCENT else 1
            value = EXACT.divide(first.value * factor, second.value).quantize(QUOTIENT, ROUND_HALF_EVEN, EXACT)
    return Figure(value, second.filters, second.rows, metric.title)


def compared(rows: Sequence[MetricRow], earlier: Sequence[MetricRow]) -> list[MetricRow]:
    """Return the rows of either period, each beside its counterpart where it has one."""
    before = {(row.dimensions, row.unit): row for row in earlier}
    found = []
    for row in rows:
        other = before.pop((row.dimensions, row.unit), None)
        nothing = replace(row.figure, value=None, rows=0, filters=())
        found.append(
            replace(row, compared=other.figure if other else nothing, compared_parts=other.parts if other else ())
        )
    gone = [
        replace(row, figure=replace(row.figure, value=None, rows=0, filters=()), parts=(), compared=row.figure)
        for row in before.values()
    ]
    return found + [replace(row, compared_parts=before[(row.dimensions, row.unit)].parts) for row in gone]


def ordered(rows: Sequence[MetricRow], order: str) -> list[MetricRow]:
    """Sort rows by value, change or name, with those that lack it last; equal ones stay in order of name."""
    named = sorted(rows, key=_name)
    key, down = order.removeprefix("-"), order.startswith("-")
    if key == "name":
        return sorted(rows, key=_name, reverse=down)
    valued = [(row, row.change if key == "change" else row.figure.value) for row in named]
    known = [(row, value) for row, value in valued if value is not None]
    known.sort(key=lambda pair: pair[1], reverse=down)
    return [row for row, _ in known] + [row for row, value in valued if value is None]


def _name(row: MetricRow) -> tuple[tuple[bool, str], ...]:
    return tuple((value is None, value or "") for _, value in row.dimensions)


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _decimal(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))
