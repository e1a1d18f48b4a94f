"""What can be asked of the data, and what was understood of a question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

LATEST = "latest"
"""Additivity of a metric that is a state: only the newest day of a period counts."""


@dataclass(frozen=True)
class Dimension:
    """What a metric can be split or filtered by."""

    name: str
    title: str
    synonyms: tuple[str, ...] = ()

    @property
    def words(self) -> tuple[str, ...]:
        """Every way to name it."""
        return (self.title, self.name.replace("_", " "), *self.synonyms)


@dataclass(frozen=True)
class Metric:
    """A figure with a name, as the semantic layer defines it. `time` is empty for what is known only as it is now."""

    name: str
    title: str
    description: str
    synonyms: tuple[str, ...]
    view: str
    time: str
    additivity: str
    formula: str
    personas: tuple[str, ...]
    connect: str
    dimensions: tuple[Dimension, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """Every way to name it."""
        return (self.title, self.name.replace("_", " "), *self.synonyms)

    def dimension(self, name: str) -> Dimension | None:
        """Return a dimension, or None."""
        return next((one for one in self.dimensions if one.name == name), None)


Values = Mapping[str, tuple[str, ...]]
"""By dimension: the values it takes, as stored."""


@dataclass(frozen=True)
class Period:
    """Days from `since` up to, not including, `until`, and how the question called them."""

    since: date
    until: date
    said: str = ""


@dataclass(frozen=True)
class Condition:
    """A dimension narrowed to some of its values."""

    dimension: str
    values: tuple[str, ...]


@dataclass(frozen=True)
class Parsed:
    """A question that was understood to its last word.

    `comparison` is "", previous_period, last_year or explicit (then with `compared_with`); `order` is as the semantic
    layer takes it; `corrections` are (typed, read) pairs.
    """

    metric: Metric
    dimensions: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    grain: str = ""
    period: Period | None = None
    comparison: str = ""
    compared_with: Period | None = None
    order: str = ""
    limit: int = 0
    corrections: tuple[tuple[str, str], ...] = ()
    words: int = 0
    """Words that named the metric; more say it more surely."""


@dataclass(frozen=True)
class Unread:
    """Why a question is not answered, and what could be asked instead.

    `reason` is UNKNOWN_METRIC, UNKNOWN_WORDS, AMBIGUOUS, UNSUPPORTED or NO_QUESTION.
    """

    reason: str
    message: str
    suggestions: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
