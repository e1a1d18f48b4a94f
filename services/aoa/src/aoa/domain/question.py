"""What agents ask of unified views, and the answers; the shapes of DCL's view queries."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

Value = str | int | float | bool | None
Row = Mapping[str, Value]
"""Decimals, dates and large integers are text, as DCL gives them."""

MAX_GROUPS = 10_000
MAX_VALUES = 1_000
"""Values of one `in` filter, at most."""


@dataclass(frozen=True)
class Filter:
    """A condition on a column, as QueryView takes it; `values` are text."""

    column: str
    op: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True)
class GroupBy:
    """A column to group by; `json_key` picks a key of a json column, `grain` (day, month, year) cuts a moment."""

    column: str
    name: str = ""
    json_key: str = ""
    grain: str = ""

    @property
    def label(self) -> str:
        """Name of the group in the answer."""
        return self.name or self.column


@dataclass(frozen=True)
class Measure:
    """A figure over each group: count, count_distinct, sum, avg, min or max."""

    op: str
    name: str
    column: str = ""


@dataclass(frozen=True)
class OrderBy:
    """A sort key."""

    column: str
    descending: bool = False


@dataclass(frozen=True)
class Aggregate:
    """A question for figures over groups of a view's rows."""

    view: str
    measures: tuple[Measure, ...]
    groups: tuple[GroupBy, ...] = ()
    filters: tuple[Filter, ...] = ()
    order_by: tuple[OrderBy, ...] = ()
    limit: int = 100


@dataclass(frozen=True)
class Query:
    """A question for rows; at most `limit` (1,000) of them."""

    view: str
    columns: tuple[str, ...]
    filters: tuple[Filter, ...] = ()
    order_by: tuple[OrderBy, ...] = ()
    limit: int = 10


@dataclass(frozen=True)
class Answer:
    """Rows or groups; `truncated` when there are more than were asked for."""

    rows: tuple[Row, ...] = ()
    truncated: bool = False

    @property
    def only(self) -> Row:
        """The one group of a question without groups."""
        return self.rows[0] if self.rows else {}


@dataclass(frozen=True)
class Sizes:
    """Rows of each view."""

    rows: Mapping[str, int] = field(default_factory=dict)

    def empty(self, view: str) -> bool:
        """The view holds nothing."""
        return not self.rows.get(view, 0)


Question = Aggregate | Query
T = TypeVar("T")
Asking = Generator[Question, Answer, T]
"""Pure code that asks: it yields questions, is sent the answers, and returns a T; its driver reads."""
