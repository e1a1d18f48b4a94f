"""The schema matcher: signals, their combination, and the one-to-one assignment."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from dcl.domain.matching import name_signals, type_signals, value_signals
from dcl.domain.matching.model import Column, Embed, Matching, Matrix, Signal, Table
from dcl.domain.matching.naming import Name, WordModel, read_names
from dcl.domain.matching.profile import profile

WEIGHTS: dict[str, float] = {
    "words": 3.0,
    "spelling": 1.5,
    "meaning": 2.0,
    "description": 1.5,
    "synonyms": 4.0,
    "tables": 1.0,
    "type": 0.6,
    "value overlap": 2.0,
    "categories": 1.5,
    "value text": 1.2,
    "value format": 1.0,
    "number range": 0.7,
    "uniqueness": 0.4,
}
_MUTUAL_BEST = 0.05


def match_tables(source: Table, target: Table, embed: Embed, words: Sequence[str] = ()) -> Matching:
    """Scores every pair of columns in [0, 1] and assigns them one to one.

    `words`: frequency-ordered words that help to split joined names. Both tables must have columns.
    """
    signals = weigh(collect_signals(source, target, embed, words))
    scores = combine(signals)
    return Matching(source, target, scores, assign(scores), tuple(signals))


def collect_signals(source: Table, target: Table, embed: Embed, words: Sequence[str]) -> list[Signal]:
    """All evidence about the two tables, not yet weighed against each other."""
    model = WordModel(words)
    left, right = read_names(source, model), read_names(target, model)
    ours, theirs = [profile(column) for column in source.columns], [profile(column) for column in target.columns]
    named = [
        name_signals.word_signal(left, right, embed),
        name_signals.spelling_signal(left, right),
        name_signals.meaning_signal(left, right, embed),
        name_signals.description_signal(source.columns, target.columns, left, right, embed),
        name_signals.synonym_signal(source.columns, target.columns),
        type_signals.type_signal(source.columns, target.columns, ours, theirs),
    ]
    valued = [
        value_signals.overlap_signal(ours, theirs),
        value_signals.category_signal(ours, theirs),
        value_signals.text_signal(ours, theirs),
        value_signals.shape_signal(ours, theirs),
        value_signals.number_signal(ours, theirs),
        value_signals.uniqueness_signal(ours, theirs),
    ]
    return [*named, *valued]


def weigh(signals: Sequence[Signal]) -> list[Signal]:
    return [replace(signal, weights=signal.weights * WEIGHTS[signal.name]) for signal in signals]


def combine(signals: Sequence[Signal]) -> Matrix:
    total = sum(signal.weights for signal in signals)
    scores: Matrix = sum(signal.scores * signal.weights for signal in signals) / np.maximum(total, 1e-9)
    return scores


def assign(scores: Matrix) -> dict[int, int]:
    """The one-to-one assignment with the greatest sum of scores (Hungarian method)."""
    rows, columns = linear_sum_assignment(scores, maximize=True)
    return dict(zip(map(int, rows), map(int, columns), strict=True))
