"""What may be asked of a metric, and which rows of its view that selects."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from dcl.domain.errors import QueryInvalid
from dcl.domain.metrics.model import LATEST, Metric
from dcl.domain.metrics.periods import Period, bucket_end, last_year, previous
from dcl.domain.ontology import AttributeType, Entity
from dcl.domain.view import GRAINS, Aggregation, Filter, GroupBy, Measure, column_of

MAX_DIMENSIONS = 5
MAX_GROUPS = 10_000
PREVIOUS, LAST_YEAR, EXPLICIT = "previous_period", "last_year", "explicit"
OPERATORS = ("eq", "ne", "in", "contains", "is_null", "not_null")
PERIOD, UNIT, CURRENCY = "period", "unit", "currency"


@dataclass(frozen=True)
class DimensionFilter:
    """A condition on a dimension."""

    dimension: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class MetricQuery:
    """A question for a metric; see QueryMetricRequest of the contract."""

    metric: str
    dimensions: tuple[str, ...] = ()
    filters: tuple[DimensionFilter, ...] = ()
    grain: str = ""
    period: Period | None = None
    comparison: str = ""
    compared_with: Period | None = None
    order: str = ""
    limit: int = 0
    snapshot: int | None = None


def check_query(metric: Metric, query: MetricQuery) -> Period | None:
    """Raise `QueryInvalid` unless the question fits the metric; return the period to compare with."""
    if len(query.dimensions) > MAX_DIMENSIONS or len(set(query.dimensions)) != len(query.dimensions):
        raise QueryInvalid(f"A metric is split by at most {MAX_DIMENSIONS} different dimensions.")
    for name in (*query.dimensions, *(item.dimension for item in query.filters)):
        metric.dimension(name)
    for item in query.filters:
        if item.op not in OPERATORS:
            raise QueryInvalid(f"There is no operator {item.op!r}.", hint=f"Operators: {', '.join(OPERATORS)}.")
    if query.order.removeprefix("-") not in ("", "value", "change", "name"):
        raise QueryInvalid(f"Cannot sort by {query.order!r}.", hint="Sort by value, change or name.")
    if (query.grain or query.period) and not metric.time:
        raise QueryInvalid(f"{metric.title} is known only as it stands now.", hint="Ask without a period and a grain.")
    if query.grain and query.grain not in GRAINS:
        raise QueryInvalid(f"There is no grain {query.grain!r}.", hint=f"Grains: {', '.join(GRAINS)}.")
    if query.grain not in ("", "day") and metric.additivity == LATEST:
        raise QueryInvalid(f"{metric.title} is a state: its days cannot be added up.", hint="Split it by day.")
    return _compared(query)


def _compared(query: MetricQuery) -> Period | None:
    if not query.comparison:
        return None
    if query.grain or query.period is None:
        raise QueryInvalid("A comparison is between two whole periods.", hint="Give a period, and no grain.")
    if query.comparison == EXPLICIT and query.compared_with is not None:
        return query.compared_with
    if query.comparison not in (PREVIOUS, LAST_YEAR):
        raise QueryInvalid("Compare with previous_period, last_year, or explicit with its period.")
    return previous(query.period) if query.comparison == PREVIOUS else last_year(query.period)


@dataclass(frozen=True)
class Selection:
    """Which rows count: the metric's own conditions, those asked for, and a period; `as_of` is the day of a state."""

    metric: Metric
    entity: Entity
    filters: tuple[DimensionFilter, ...]
    period: Period | None = None
    as_of: str = ""

    @property
    def base(self) -> tuple[Filter, ...]:
        """The conditions that hold for every figure."""
        own = self.metric.filters if self.metric.other else (*self.metric.filters, *self.metric.part.filters)
        asked = (self._filter(item) for item in self.filters)
        days = self.days(self.period.since, self.period.until) if self.period else ()
        newest = (Filter(self.metric.time, "eq", (self.as_of,)),) if self.as_of else ()
        return (*own, *asked, *days, *newest)

    def days(self, since: date, until: date) -> tuple[Filter, Filter]:
        """Return the conditions of a period."""
        return Filter(self.metric.time, "ge", (self._moment(since),)), Filter(
            self.metric.time, "lt", (self._moment(until),)
        )

    def _moment(self, day: date) -> str:
        if column_of(self.entity, self.metric.time).type is AttributeType.DATE:
            return day.isoformat()
        return datetime.combine(day, time(), UTC).isoformat()

    def _filter(self, item: DimensionFilter) -> Filter:
        found = self.metric.dimension(item.dimension)
        return Filter(found.column, item.op, item.values, found.json_key)

    def _bucket(self, start: date, grain: str) -> tuple[Filter, ...]:
        if start.year == date.max.year:
            return (Filter(self.metric.time, "ge", (self._moment(start),)),)  # "for ever": the calendar ends with it
        return self.days(start, bucket_end(start, grain))

    def figures(self, dimensions: tuple[str, ...], grain: str) -> Aggregation:
        """Return the question for the metric's figures, by dimension, time bucket and unit."""
        groups = [self._group(number, name) for number, name in enumerate(dimensions)]
        if grain:
            groups.append(GroupBy(self.metric.time, grain=grain, name=PERIOD))
        if money := self.metric.unit_column or self.metric.currency:
            groups.append(GroupBy(money, name=UNIT))
        measures: list[Measure] = []
        for number, part in enumerate(self.metric.parts):
            own = part.filters if self.metric.other else ()
            measures.append(Measure(part.op, part.column, f"part{number}", own, part.since))
            measures.append(Measure("count", "", f"rows{number}", own))
        return Aggregation(tuple(groups), tuple(measures), self.base, (), MAX_GROUPS)

    def _group(self, number: int, name: str) -> GroupBy:
        found = self.metric.dimension(name)
        return GroupBy(found.column, found.json_key, name=f"dimension{number}")

    def extent(self) -> Aggregation:
        """Return the question for the first and the last moment of the selected rows."""
        measures = (Measure("min", self.metric.time, "first"), Measure("max", self.metric.time, "last"))
        return Aggregation((), measures, self.base, (), 1)

    def of_group(
        self, dimensions: tuple[tuple[str, str | None], ...], grain: str, unit: str | None
    ) -> tuple[Filter, ...]:
        """Return the conditions that select one group's rows beside `base`."""
        found: list[Filter] = []
        for name, value in dimensions:
            if name == PERIOD:
                start = date.fromisoformat(value) if value else None
                found += self._bucket(start, grain) if start else (Filter(self.metric.time, "is_null"),)
            else:
                one = self.metric.dimension(name)
                found.append(_equals(one.column, value, one.json_key))
        if money := self.metric.unit_column or self.metric.currency:
            found.append(_equals(money, unit))
        return tuple(found)


def _equals(column: str, value: str | None, json_key: str = "") -> Filter:
    return Filter(column, "is_null", (), json_key) if value is None else Filter(column, "eq", (value,), json_key)
