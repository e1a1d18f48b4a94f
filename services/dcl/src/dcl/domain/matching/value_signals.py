"""Evidence from sample values."""

from collections import Counter
from collections.abc import Sequence
from itertools import chain

import numpy as np

from dcl.domain.matching.model import Matrix, Signal
from dcl.domain.matching.name_signals import tfidf_cosine, tfidf_vectors
from dcl.domain.matching.profile import Profile, pieces

_QUANTILES = np.linspace(0.05, 0.95, 19)
_NUMERIC = frozenset({"integer", "decimal", "year"})
_ENOUGH_VALUES = 20
_MAX_CATEGORIES = 300
_ENOUGH_CATEGORIES = 4


def evidence(source: Sequence[Profile], target: Sequence[Profile]) -> Matrix:
    """How much two samples can say, in [0, 1]: grows with the smaller number of values and is 0 without any."""
    left = np.array([min(1.0, item.count / _ENOUGH_VALUES) for item in source])
    right = np.array([min(1.0, item.count / _ENOUGH_VALUES) for item in target])
    said: Matrix = np.sqrt(np.minimum.outer(left, right))
    return said


def overlap_signal(source: Sequence[Profile], target: Sequence[Profile]) -> Signal:
    """Shared distinct values: containment and Jaccard; few or short common values (0, 1, yes) say little."""
    scores = np.zeros((len(source), len(target)))
    weights = np.zeros_like(scores)
    for row, one in enumerate(source):
        for column, other in enumerate(target):
            if not one.distinct or not other.distinct:
                continue
            shared = len(one.distinct & other.distinct)
            smaller = min(len(one.distinct), len(other.distinct))
            contained = shared / smaller
            jaccard = shared / (len(one.distinct) + len(other.distinct) - shared)
            telling = 0.3 if one.kind in _NUMERIC or one.kind == "boolean" else min(1.0, smaller / 4)
            scores[row, column] = 0.6 * contained + 0.4 * jaccard
            weights[row, column] = telling * (0.15 + 0.85 * scores[row, column])
    return Signal("value overlap", scores, weights)


def category_signal(source: Sequence[Profile], target: Sequence[Profile]) -> Signal:
    """Same categories, spelt alike: how near, on average, each value of a column comes to some value of the other.

    TF-IDF cosine of the words of single values; the better covered direction counts most, because one side may list
    every allowed value and the other only those in use.
    """
    ours, theirs = [_categories(item) for item in source], [_categories(item) for item in target]
    scores = np.zeros((len(source), len(target)))
    weights = np.zeros_like(scores)
    listed = [column for column, values in enumerate(theirs) if values]
    if not listed or not any(ours):
        return Signal("categories", scores, weights)
    left, right = tfidf_vectors(list(chain.from_iterable(ours)), list(chain.from_iterable(theirs)))
    starts = np.cumsum([0, *map(len, ours)])
    sizes = np.array([len(theirs[column]) for column in listed])
    ends = np.cumsum([0, *sizes[:-1]])
    for row, values in enumerate(ours):
        if values:
            block = (left[starts[row] : starts[row + 1]] @ right.T).toarray()
            forward = np.maximum.reduceat(block, ends, axis=1).mean(axis=0)
            backward = np.add.reduceat(block.max(axis=0), ends) / sizes
            scores[row, listed] = 0.75 * np.maximum(forward, backward) + 0.25 * np.minimum(forward, backward)
            weights[row, listed] = np.minimum(1.0, np.minimum(len(values), sizes) / _ENOUGH_CATEGORIES)
    return Signal("categories", scores, weights)


def _categories(item: Profile) -> list[Counter[str]]:
    """The distinct values of a text column, each as its words."""
    if item.kind not in ("text", "boolean"):
        return []
    return [Counter(found) for value in item.common[:_MAX_CATEGORIES] if (found := pieces(value))]


def text_signal(source: Sequence[Profile], target: Sequence[Profile]) -> Signal:
    """Shared pieces of text: TF-IDF cosine over words and pairs of ideographs."""
    scores = np.sqrt(tfidf_cosine([item.grams for item in source], [item.grams for item in target]))
    return Signal("value text", scores, evidence(source, target))


def shape_signal(source: Sequence[Profile], target: Sequence[Profile]) -> Signal:
    """Same format: cosine of value patterns, closeness of character classes and of lengths."""
    shapes = tfidf_cosine([item.shapes for item in source], [item.shapes for item in target])
    left = np.stack([item.characters for item in source])
    right = np.stack([item.characters for item in target])
    classes = 1 - np.abs(left[:, None, :] - right[None, :, :]).sum(axis=2) / 2
    lengths = np.exp(-np.abs(np.subtract.outer(_log_length(source), _log_length(target))))
    return Signal("value format", 0.3 * shapes + 0.4 * classes**2 + 0.3 * lengths, evidence(source, target))


def _log_length(profiles: Sequence[Profile]) -> Matrix:
    return np.array([float(np.log1p(item.lengths).mean()) if item.count else 0.0 for item in profiles])


def number_signal(source: Sequence[Profile], target: Sequence[Profile]) -> Signal:
    """Numbers alike in size and spread: mean distance of their quantiles on a signed log scale."""
    left, right = _quantiles(source), _quantiles(target)
    distance = np.abs(left[:, None, :] - right[None, :, :]).mean(axis=2)
    both = np.logical_and.outer([item.kind in _NUMERIC for item in source], [item.kind in _NUMERIC for item in target])
    return Signal("number range", np.exp(-distance), both * evidence(source, target))


def _quantiles(profiles: Sequence[Profile]) -> Matrix:
    rows = np.zeros((len(profiles), len(_QUANTILES)))
    for row, item in enumerate(profiles):
        if len(item.numbers):
            rows[row] = np.quantile(np.sign(item.numbers) * np.log1p(np.abs(item.numbers)), _QUANTILES)
    return rows


def uniqueness_signal(source: Sequence[Profile], target: Sequence[Profile]) -> Signal:
    """Keys look like keys, categories like categories, sparse columns like sparse ones."""
    unique = 1 - np.abs(np.subtract.outer([item.uniqueness for item in source], [item.uniqueness for item in target]))
    nulls = 1 - np.abs(np.subtract.outer([item.null_rate for item in source], [item.null_rate for item in target]))
    return Signal("uniqueness", 0.7 * unique + 0.3 * nulls, evidence(source, target))
