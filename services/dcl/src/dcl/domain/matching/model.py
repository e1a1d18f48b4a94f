"""What the matcher takes and returns: tables of named columns with sample values in, scored pairs with reasons out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Matrix = npt.NDArray[np.float64]
Embed = Callable[[Sequence[str]], npt.NDArray[np.float32]]
"""Texts → unit vectors, shape (n, d). The one thing the matcher needs from outside."""

MAX_VALUES = 2_000


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, what is documented about it, and up to MAX_VALUES sampled values (None = null)."""

    name: str
    type: str | None = None
    description: str | None = None
    values: tuple[str | None, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """A named, ordered set of columns; the name may be empty."""

    name: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class Signal:
    """One kind of evidence: similarity in [0, 1] per (source, target) pair, and its weight (0 = no evidence)."""

    name: str
    scores: Matrix
    weights: Matrix


@dataclass(frozen=True, slots=True)
class Reason:
    """How far one signal speaks for a pair: `score` in [0, 1], `weight` its share of the whole."""

    signal: str
    score: float
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """A scored pair of columns, by position and name."""

    source: int
    target: int
    source_name: str
    target_name: str
    score: float
    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class Matching:
    """Two tables compared.

    `scores`, shape (sources, targets), rank the pairs; `evidence`, same shape, is what the signals say before columns
    compete; `assignment` maps source to target positions, one to one, with the greatest sum of scores.
    """

    source: Table
    target: Table
    scores: Matrix
    evidence: Matrix
    assignment: Mapping[int, int]
    signals: tuple[Signal, ...] = field(repr=False)

    def match(self, source: int, target: int) -> Match:
        """The pair at these positions with its reasons, strongest first."""
        total = sum(float(signal.weights[source, target]) for signal in self.signals) or 1.0
        reasons = [
            Reason(signal.name, float(signal.scores[source, target]), float(signal.weights[source, target]) / total)
            for signal in self.signals
            if signal.weights[source, target] > 0
        ]
        reasons.sort(key=lambda reason: -reason.score * reason.weight)
        return Match(
            source=source,
            target=target,
            source_name=self.source.columns[source].name,
            target_name=self.target.columns[target].name,
            score=float(self.scores[source, target]),
            reasons=tuple(reasons),
        )

    def assigned(self) -> list[Match]:
        """The one-to-one assignment, best score first."""
        matches = [self.match(source, target) for source, target in self.assignment.items()]
        return sorted(matches, key=lambda match: (-match.score, match.source))

    def ranked(self) -> list[tuple[int, int, float]]:
        """Every pair as (source, target, score): the assignment first, then the rest; each part best score first."""
        first = [(match.source, match.target, match.score) for match in self.assigned()]
        chosen = {(source, target) for source, target, _ in first}
        rest = [
            (source, target, float(self.scores[source, target]))
            for source in range(len(self.source.columns))
            for target in range(len(self.target.columns))
            if (source, target) not in chosen
        ]
        rest.sort(key=lambda pair: (-pair[2], pair[0], pair[1]))
        return first + rest
