"""An answer: text, the figures and quotes in it, and the citations that open them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from nlp_gateway.domain.questions.model import Metric, Period

OFFLINE = "offline"
ROWS, PASSAGE, FINDING, CONNECTION, ASSET = "rows", "passage", "finding", "connection", "asset"
DIFFERENCE, PERCENT_CHANGE, SHARE = "difference", "percent_change", "share"


@dataclass(frozen=True)
class Filter:
    """A condition on a view's column, as DCL takes it."""

    column: str
    op: str
    values: tuple[str, ...] = ()
    json_key: str = ""


@dataclass(frozen=True)
class Citation:
    """What a statement rests on, by its number in the text.

    `rows`: a view's rows by filters at a snapshot; `passage`: characters [start, end) of a document's stored text, with
    the quote; `finding`, `connection` and `asset`: the id of the thing.
    """

    number: int
    kind: str
    title: str
    view: str = ""
    metric: str = ""
    filters: tuple[Filter, ...] = ()
    snapshot: int = 0
    rows: int = 0
    id: str = ""
    headings: tuple[str, ...] = ()
    start: int = 0
    end: int = 0
    quote: str = ""


@dataclass(frozen=True)
class Figure:
    """A number of the answer: exact, as shown, and which citations it rests on.

    A derived figure says how (`difference`, `percent_change`, `share`) and of which two figures, by name.
    """

    name: str
    value: Decimal
    display: str
    unit: str
    citations: tuple[int, ...]
    derived: str = ""
    of: tuple[str, ...] = ()


@dataclass(frozen=True)
class TableRow:
    """A row as shown, and the citation that opens it (0: none)."""

    cells: tuple[str, ...]
    citation: int = 0


@dataclass(frozen=True)
class Table:
    """A table for people; the exact values are in the figures."""

    columns: tuple[str, ...]
    rows: tuple[TableRow, ...]
    truncated: bool = False


@dataclass(frozen=True)
class Series:
    """One line or group of bars; values are exact, as text, None where there is none."""

    name: str
    values: tuple[str | None, ...]


@dataclass(frozen=True)
class Chart:
    """How the table would be drawn: `bar` or `line`."""

    kind: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str = ""


@dataclass(frozen=True)
class Refusal:
    """Why there is no answer, and what could be asked instead."""

    reason: str
    message: str
    suggestions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Draft:
    """What answers a question, before it is known in whose words it is told.

    `labels` are the exact texts within which digits are no figures: names, values of dimensions, dates.
    """

    text: str
    figures: tuple[Figure, ...] = ()
    citations: tuple[Citation, ...] = ()
    table: Table | None = None
    chart: Chart | None = None
    reading: str = ""
    freshness: str = ""
    labels: frozenset[str] = frozenset()
    refusal: Refusal | None = None


@dataclass(frozen=True)
class Answer:
    """The whole answer. `engine` says who wrote the text: offline, or a provider's model."""

    id: str
    question: str
    persona: str
    route: str
    engine: str
    draft: Draft


@dataclass(frozen=True)
class Measured:
    """A figure of the semantic layer: exact, with the rows behind it."""

    value: Decimal | None
    filters: tuple[Filter, ...]
    rows: int
    title: str


@dataclass(frozen=True)
class ResultRow:
    """A figure with its place, its parts, and what it is compared with."""

    place: tuple[tuple[str, str | None], ...]
    unit: str
    figure: Measured
    parts: tuple[Measured, ...] = ()
    compared: Measured | None = None
    change: Decimal | None = None
    change_percent: Decimal | None = None
    currency: str = ""
    """Of the parts of a percentage of money."""


@dataclass(frozen=True)
class Result:
    """What the semantic layer says to a question; moments of the data are ISO 8601."""

    metric: Metric
    rows: Sequence[ResultRow]
    totals: Sequence[ResultRow]
    truncated: bool
    snapshot: int
    view_rows: int
    period: Period | None = None
    compared_with: Period | None = None
    data_from: str = ""
    data_until: str = ""
    as_of: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
