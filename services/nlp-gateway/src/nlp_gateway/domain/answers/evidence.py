"""Gathers citations and figures in the order in which a text names them."""

from dataclasses import dataclass, field
from decimal import Decimal

from nlp_gateway.domain.answers.formats import figure as shown
from nlp_gateway.domain.answers.model import ROWS, Citation, Figure, Measured, Result


@dataclass
class Evidence:
    """What an answer rests on, growing as it is told."""

    citations: list[Citation] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    labels: set[str] = field(default_factory=set)

    def rows(self, result: Result, measured: Measured, title: str) -> int:
        """Cite a figure's rows; the same rows are cited once. Returns the number."""
        for one in self.citations:
            if (one.kind, one.view, one.filters, one.snapshot) == (
                ROWS,
                result.metric.view,
                measured.filters,
                result.snapshot,
            ):
                return one.number
        return self.cite(
            Citation(
                number=0,
                kind=ROWS,
                title=title,
                view=result.metric.view,
                metric=result.metric.name,
                filters=measured.filters,
                snapshot=result.snapshot,
                rows=measured.rows,
            )
        )

    def cite(self, citation: Citation) -> int:
        """Add a citation and return its number."""
        number = len(self.citations) + 1
        self.citations.append(Citation(**{**vars(citation), "number": number}))
        return number

    def figure(
        self, name: str, value: Decimal, unit: str, *citations: int, derived: str = "", of: tuple[str, ...] = ()
    ) -> Figure:
        """Add a figure and return it; a second of the same name gets a number."""
        taken = sum(one.name == name or one.name.startswith(f"{name} #") for one in self.figures)
        made = Figure(
            name if not taken else f"{name} #{taken + 1}", value, shown(value, unit), unit, citations, derived, of
        )
        self.figures.append(made)
        return made

    def label(self, text: str) -> str:
        """Remember an exact text within which digits are no figures."""
        self.labels.add(text)
        return text
