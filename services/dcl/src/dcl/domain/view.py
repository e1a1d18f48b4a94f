"""Unified views and what may be asked of them; everything is checked against the ontology before SQL is built."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from dcl.domain.errors import QueryInvalid
from dcl.domain.ontology import AttributeType, Entity

MAX_FILTERS = 50
MAX_VALUES = 1000
MAX_GROUPS = 10
MAX_MEASURES = 20
MAX_DIGITS = 38
"""Of a decimal, as the lake's widest type has them."""

ID = "_entity_id"
RECORDS = "_records"
EXTRAS = "_extras"

COMPARISONS = {"eq": "=", "ne": "<>", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}
NULL_TESTS = {"is_null": "IS NULL", "not_null": "IS NOT NULL"}
OPERATORS = (*COMPARISONS, "in", "contains", *NULL_TESTS)
MEASURES = ("count", "count_distinct", "sum", "avg", "min", "max")
GRAINS = ("day", "week", "month", "quarter", "year")
NUMERIC = (AttributeType.DECIMAL, AttributeType.INTEGER)
MOMENTS = (AttributeType.DATE, AttributeType.TIMESTAMP)

Value = str | int | bool | Decimal | date | datetime


@dataclass(frozen=True)
class Column:
    """A column of a view."""

    name: str
    type: AttributeType
    description: str


@dataclass(frozen=True)
class Filter:
    """A condition; `values` are text and read with the column's type. `json_key` picks a key inside a json column."""

    column: str
    op: str
    values: tuple[str, ...] = ()
    json_key: str = ""


@dataclass(frozen=True)
class OrderBy:
    """A sort key."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Measure:
    """A figure over each group; `column` is empty for count.

    `filters` narrow the rows of this figure alone. With `since`, another date column, the figure is over the days from
    it to `column`.
    """

    op: str
    column: str
    name: str
    filters: tuple[Filter, ...] = ()
    since: str = ""


@dataclass(frozen=True)
class GroupBy:
    """A grouping column; `json_key` picks a key inside a json column, `grain` truncates a moment."""

    column: str
    json_key: str = ""
    grain: str = ""
    name: str = ""

    @property
    def label(self) -> str:
        """Name of the group in the result."""
        return self.name or self.column


@dataclass(frozen=True)
class Aggregation:
    """A question for figures."""

    groups: tuple[GroupBy, ...]
    measures: tuple[Measure, ...]
    filters: tuple[Filter, ...]
    order_by: tuple[OrderBy, ...]
    limit: int


def columns_of(entity: Entity) -> tuple[Column, ...]:
    """Return a view's columns: the entity's id, its attributes, and what sources said beyond them."""
    return (
        Column(ID, AttributeType.STRING, "Id of the unified entity."),
        *(Column(a.name, a.type, a.description) for a in entity.attributes),
        Column(RECORDS, AttributeType.INTEGER, "Number of source records behind the row."),
        Column(EXTRAS, AttributeType.JSON, "Source fields that no attribute covers."),
    )


def column_of(entity: Entity, name: str) -> Column:
    """Return one column; raise `QueryInvalid` naming the columns there are."""
    columns = columns_of(entity)
    for column in columns:
        if column.name == name:
            return column
    known = ", ".join(column.name for column in columns)
    raise QueryInvalid(f"The view {entity.name} has no column {name!r}.", hint=f"Its columns: {known}.")


def read_value(column: Column, text: str) -> Value:
    """Read a filter's text with the column's type; raise `QueryInvalid` when it does not fit."""
    if not _is_storable(text):
        raise QueryInvalid(f"The value for {column.name} holds characters that no text has, such as NUL.")
    try:
        match column.type:
            case AttributeType.DECIMAL:
                return _decimal(text)
            case AttributeType.INTEGER:
                return _integer(text)
            case AttributeType.BOOLEAN:
                return {"true": True, "false": False}[text.lower()]
            case AttributeType.DATE:
                return date.fromisoformat(text)
            case AttributeType.TIMESTAMP:
                return datetime.fromisoformat(text)
            case _:
                return text
    except (ValueError, KeyError, InvalidOperation):
        raise QueryInvalid(
            f"{text!r} is no {column.type} for the column {column.name}.", hint="Numbers plain, moments as ISO 8601."
        ) from None


def _decimal(text: str) -> Decimal:
    value = Decimal(text)
    if not value.is_finite() or value.adjusted() >= MAX_DIGITS or len(value.as_tuple().digits) > MAX_DIGITS:
        raise ValueError(text)
    return value


def _integer(text: str) -> int:
    value = int(text)
    if not -(2**63) <= value < 2**63:
        raise ValueError(text)
    return value


def _is_storable(text: str) -> bool:
    """Tell whether a text can be in the lake; the catalogue would cut it off at a NUL."""
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)


def check_filters(entity: Entity, filters: tuple[Filter, ...]) -> None:
    """Raise `QueryInvalid` unless every filter fits the view."""
    if len(filters) > MAX_FILTERS:
        raise QueryInvalid(f"A query has at most {MAX_FILTERS} filters.")
    for item in filters:
        column = column_of(entity, item.column)
        _check_json_key(column, item.json_key)
        if item.op not in OPERATORS:
            raise QueryInvalid(f"There is no operator {item.op!r}.", hint=f"Operators: {', '.join(OPERATORS)}.")
        wanted = 0 if item.op in NULL_TESTS else 1
        if (item.op != "in" and len(item.values) != wanted) or (
            item.op == "in" and not 1 <= len(item.values) <= MAX_VALUES
        ):
            raise QueryInvalid(f"The operator {item.op} on {item.column} has the wrong number of values.")
        for value in item.values:
            read_value(column, value)


def check_aggregation(entity: Entity, question: Aggregation) -> None:
    """Raise `QueryInvalid` unless every part of the question fits the view."""
    if not 1 <= len(question.measures) <= MAX_MEASURES or len(question.groups) > MAX_GROUPS:
        raise QueryInvalid(f"Ask for 1 to {MAX_MEASURES} measures over at most {MAX_GROUPS} groups.")
    for group in question.groups:
        _check_group(column_of(entity, group.column), group)
    for measure in question.measures:
        _check_measure(entity, measure)
    labels = [group.label for group in question.groups] + [measure.name for measure in question.measures]
    if len(set(labels)) != len(labels) or not all(label.isidentifier() for label in labels):
        raise QueryInvalid("Every group and measure needs a name of its own, made of letters, digits and underscores.")
    for key in question.order_by:
        if key.column not in labels:
            raise QueryInvalid(f"Cannot sort by {key.column!r}.", hint=f"Results: {', '.join(labels)}.")
    check_filters(entity, question.filters)


def _check_group(column: Column, group: GroupBy) -> None:
    _check_json_key(column, group.json_key)
    if group.grain and (group.grain not in GRAINS or column.type not in MOMENTS):
        raise QueryInvalid(f"{group.grain!r} is no grain for {column.name}.", hint=f"Grains: {', '.join(GRAINS)}.")


def _check_json_key(column: Column, key: str) -> None:
    if not _is_storable(key) or '"' in key:
        raise QueryInvalid("A json_key holds no quotation marks and no control characters.")
    if key and column.type is not AttributeType.JSON:
        raise QueryInvalid(f"{column.name} is no json column, so it has no keys.")


def _check_measure(entity: Entity, measure: Measure) -> None:
    if measure.op not in MEASURES:
        raise QueryInvalid(f"There is no measure {measure.op!r}.", hint=f"Measures: {', '.join(MEASURES)}.")
    check_filters(entity, measure.filters)
    if measure.op == "count" and not measure.column:
        return
    column = column_of(entity, measure.column)
    if measure.since:
        for moment in (column, column_of(entity, measure.since)):
            if moment.type is not AttributeType.DATE:
                raise QueryInvalid(f"Days are between dates; {moment.name} is a {moment.type}.")
        return
    if measure.op in ("sum", "avg") and column.type not in NUMERIC:
        raise QueryInvalid(f"{measure.op} needs a number; {column.name} is a {column.type}.")
