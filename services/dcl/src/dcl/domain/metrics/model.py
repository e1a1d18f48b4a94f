"""Metrics: figures with a name and a reviewed definition over one unified view."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from aos_common.errors import DomainError, Kind

from dcl.domain.errors import QueryInvalid
from dcl.domain.ontology import AttributeType, Entity, EntityUnknown, Ontology
from dcl.domain.view import MOMENTS, Aggregation, Filter, Measure, check_aggregation, column_of

__all__ = ["Dimension", "Metric", "MetricUnknown", "Metrics", "MetricsInvalid", "Part", "build_metrics"]

RATIO, PERCENT, DIFFERENCE = "ratio", "percent", "difference"
COMBINATIONS = ("", RATIO, PERCENT, DIFFERENCE)
ADDITIVE, LATEST, NONE = "additive", "latest", "none"
PERSONAS = ("cto", "cro", "coo", "cfo")


class MetricsInvalid(DomainError):
    """A file of metrics breaks a rule."""

    reason = "METRICS_INVALID"
    kind = Kind.INTERNAL


class MetricUnknown(DomainError):
    """No metric has this name."""

    reason = "METRIC_UNKNOWN"
    kind = Kind.NOT_FOUND


@dataclass(frozen=True)
class Part:
    """A figure over rows: `op` as in a view's measure, over `column` (or the days from `since` to it)."""

    op: str
    column: str = ""
    since: str = ""
    filters: tuple[Filter, ...] = ()

    @property
    def title(self) -> str:
        """What it is, for people."""
        over = f"days from {self.since} to {self.column}" if self.since else self.column
        plain = f"{self.op} of {over}" if over else "rows"
        where = " and ".join(_said(item) for item in self.filters)
        return f"{plain} where {where}" if where else plain


@dataclass(frozen=True)
class Dimension:
    """What a metric can be split or filtered by: a column, or a key inside a json column."""

    name: str
    title: str
    column: str
    json_key: str = ""
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Metric:
    """One metric. `other` is the second figure of a ratio, percentage or difference; `filters` hold for both.

    `unit` is fixed text, or `unit_column` names the column that holds it; a percentage of money names the column of its
    `currency`, so that shares of several are told apart. `time` is the column by which periods select.
    """

    name: str
    title: str
    description: str
    synonyms: tuple[str, ...]
    view: str
    part: Part
    other: Part | None
    combine: str
    filters: tuple[Filter, ...]
    unit: str
    unit_column: str
    currency: str
    time: str
    additivity: str
    personas: tuple[str, ...]
    connect: str
    dimensions: tuple[Dimension, ...]

    def dimension(self, name: str) -> Dimension:
        """Return a dimension; raise `QueryInvalid` naming those there are."""
        for found in self.dimensions:
            if found.name == name:
                return found
        known = ", ".join(one.name for one in self.dimensions) or "none"
        raise QueryInvalid(f"{self.title} cannot be split by {name!r}.", hint=f"It has the dimensions: {known}.")

    @property
    def parts(self) -> tuple[Part, ...]:
        """The figures it is made of: one or two."""
        return (self.part, self.other) if self.other else (self.part,)

    @property
    def formula(self) -> str:
        """How it is computed, for people."""
        where = " and ".join(_said(item) for item in self.filters)
        tail = f", over rows where {where}" if where else ""
        if self.other is None:
            return self.part.title + tail
        sign = {RATIO: "/", PERCENT: "/", DIFFERENCE: "-"}[self.combine]
        return f"{'100 × ' if self.combine == PERCENT else ''}({self.part.title}) {sign} ({self.other.title}){tail}"


@dataclass(frozen=True)
class Metrics:
    """All metrics, in order of name."""

    all: tuple[Metric, ...]

    def named(self, name: str) -> Metric:
        """Return the metric of this name; raise `MetricUnknown`."""
        for metric in self.all:
            if metric.name == name:
                return metric
        raise MetricUnknown(f"There is no metric {name!r}.", hint="GET /api/v1/dcl/metrics lists them.")


def build_metrics(found: Iterable[Metric], ontology: Ontology) -> Metrics:
    """Return the metrics; raise `MetricsInvalid` naming the first rule that one of them breaks."""
    metrics = sorted(found, key=lambda metric: metric.name)
    _refuse_duplicates("metric", [metric.name for metric in metrics])
    _refuse_duplicates("words of a metric", [word for metric in metrics for word in (metric.title, *metric.synonyms)])
    for metric in metrics:
        try:
            _check(metric, ontology.entity(metric.view))
        except (QueryInvalid, EntityUnknown) as error:
            raise _invalid(metric.name, f"{error.message} {error.hint}") from error
    return Metrics(tuple(metrics))


def _check(metric: Metric, entity: Entity) -> None:
    measures = tuple(
        Measure(part.op, part.column, f"part{number}", (*metric.filters, *part.filters), part.since)
        for number, part in enumerate(metric.parts)
    )
    check_aggregation(entity, Aggregation((), measures, (), (), 1))
    if metric.combine not in COMBINATIONS or bool(metric.combine) != (metric.other is not None):
        raise _invalid(metric.name, "two figures need `ratio`, `percent` or `difference`, and one needs none")
    if bool(metric.unit) == bool(metric.unit_column):
        raise _invalid(metric.name, "it needs either a unit or a column that holds one")
    for name in (metric.unit_column, metric.currency):
        if name:
            column_of(entity, name)
    if metric.time and column_of(entity, metric.time).type not in MOMENTS:
        raise _invalid(metric.name, f"{metric.time} is no date and no timestamp")
    if metric.additivity not in (ADDITIVE, LATEST, NONE):
        raise _invalid(metric.name, f"additivity {metric.additivity!r} is not additive, latest or none")
    if metric.additivity == LATEST and (
        not metric.time or column_of(entity, metric.time).type is not AttributeType.DATE
    ):
        raise _invalid(metric.name, "a state needs a date column that says when it was measured")
    if not set(metric.personas) <= set(PERSONAS):
        raise _invalid(metric.name, f"personas are {', '.join(PERSONAS)}")
    _check_dimensions(metric, entity)


def _check_dimensions(metric: Metric, entity: Entity) -> None:
    words = [word for one in metric.dimensions for word in {one.name, *one.synonyms}]
    _refuse_duplicates(f"words of a dimension of {metric.view}", words)
    for dimension in metric.dimensions:
        column = column_of(entity, dimension.column)
        if (column.type is AttributeType.JSON) != bool(dimension.json_key):
            raise _invalid(metric.name, f"{dimension.name}: a json column needs a key, and no other column has one")


def _refuse_duplicates(what: str, names: Sequence[str]) -> None:
    for name, count in Counter(name.casefold() for name in names).items():
        if count > 1:
            raise MetricsInvalid(f"the {what} {name!r} occurs {count} times", hint="correct the files of dcl/metrics")


def _invalid(name: str, problem: str) -> MetricsInvalid:
    return MetricsInvalid(f"{name}: {problem}", hint="correct its file under dcl/metrics")


def _said(item: Filter) -> str:
    name = f"{item.column}.{item.json_key}" if item.json_key else item.column
    words = {"eq": "=", "ne": "≠", "lt": "<", "le": "≤", "gt": ">", "ge": "≥", "is_null": "is empty"}
    words |= {"not_null": "is not empty"}
    return " ".join([name, words.get(item.op, item.op), ", ".join(item.values)]).strip()
