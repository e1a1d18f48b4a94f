"""The schema matcher: signals, their combination, and the one-to-one assignment."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from scipy.optimize import linear_sum_assignment

from dcl.domain.matching import name_signals, type_signals, value_signals
from dcl.domain.matching.model import Embed, Matching, Matrix, Signal, Table
from dcl.domain.matching.naming import WordModel, read_names
from dcl.domain.matching.profile import profile

WEIGHTS: dict[str, float] = {
    "words": 3.0,
    "spelling": 0.8,
    "meaning": 2.0,
    "description": 1.5,
    "synonyms": 4.0,
    "type": 0.6,
    "value overlap": 2.0,
    "categories": 1.8,
    "value text": 1.8,
    "value format": 1.0,
    "number range": 0.7,
    "uniqueness": 0.4,
}
PARTIAL = frozenset({"synonyms", "description", "value overlap"})
"""Signals whose silence about a pair says nothing about it."""
_PRIOR_QUANTILE = 0.75
_COMPETITION = 0.4
_TEMPERATURE = 0.1


def match_tables(source: Table, target: Table, embed: Embed, words: Sequence[str] = ()) -> Matching:
    """Scores every pair of columns in [0, 1] and assigns them one to one.

    `words`: frequency-ordered words that help to split joined names. Both tables must have columns.
    """
    signals = [weigh(signal) for signal in collect_signals(source, target, embed, words)]
    evidence = combine(signals)
    scores = compete(evidence)
    return Matching(source, target, scores, evidence, assign(scores), tuple(signals))


def collect_signals(source: Table, target: Table, embed: Embed, words: Sequence[str]) -> list[Signal]:
    """All evidence about the two tables, not yet weighed against each other."""
    model = WordModel(words)
    left = name_signals.Names(read_names(source, model))
    right = name_signals.Names(read_names(target, model))
    ours, theirs = [profile(column) for column in source.columns], [profile(column) for column in target.columns]
    named = [
        name_signals.word_signal(left, right, embed),
        name_signals.spelling_signal(left, right),
        name_signals.meaning_signal(left, right, embed),
        name_signals.description_signal(source.columns, target.columns, left.first, right.first, embed),
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


def weigh(signal: Signal) -> Signal:
    """The signal with its weight against the others."""
    return replace(signal, weights=signal.weights * WEIGHTS[signal.name])


def combine(signals: Sequence[Signal]) -> Matrix:
    """Weighted mean of the signals, in [0, 1].

    Where a signal speaks about some pairs only, the others are given its upper quartile: what a fair candidate would
    have. Leaving it out instead would favour columns without values over those whose values agree only partly.
    """
    scores = np.zeros_like(signals[0].scores)
    total = np.zeros_like(scores)
    for signal in signals:
        spoken = signal.weights > 0
        if not spoken.any():
            continue
        scores += signal.scores * signal.weights
        total += signal.weights
        if signal.name not in PARTIAL:
            missing = signal.weights.max() - signal.weights
            scores += missing * np.quantile(signal.scores[spoken], _PRIOR_QUANTILE)
            total += missing
    combined: Matrix = scores / np.maximum(total, 1e-9)
    return combined


def compete(evidence: Matrix) -> Matrix:
    """Raises pairs that stand out from the rivals of both columns: mixes in the geometric mean of two softmaxes."""
    powers = np.exp(evidence / _TEMPERATURE)
    share = powers / np.sqrt(powers.sum(axis=1, keepdims=True) * powers.sum(axis=0, keepdims=True))
    scores: Matrix = (1 - _COMPETITION) * evidence + _COMPETITION * share
    return scores


def assign(scores: Matrix) -> dict[int, int]:
    """The one-to-one assignment with the greatest sum of scores (Hungarian method)."""
    rows, columns = linear_sum_assignment(scores, maximize=True)
    return dict(zip(map(int, rows), map(int, columns), strict=True))
