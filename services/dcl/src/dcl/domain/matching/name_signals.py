"""Evidence from names, descriptions and paths."""

import math
from collections import Counter
from collections.abc import Sequence

import numpy as np
import scipy.sparse
from rapidfuzz import fuzz, process
from rapidfuzz.distance import DamerauLevenshtein

from dcl.domain.matching.model import Column, Embed, Matrix, Signal
from dcl.domain.matching.naming import Name
from dcl.domain.matching.vocabulary import CONCEPTS

_CONCEPT_SIMILARITY = 0.75
_FUZZY_FLOOR = 0.8
_COSINE_FLOOR = 0.4
_CONTEXT_WEIGHT = 0.35
_DIGIT_WEIGHT = 0.3
_FIRST_WEIGHT = 0.05  # `phone` means `telephone1` rather than `telephone3`
_SYNONYM_WORTH = 0.95


def rescale(cosine: Matrix, floor: float) -> Matrix:
    """Cosines mapped so that `floor`, what unrelated texts of the model reach, becomes 0 and 1 stays 1."""
    scaled: Matrix = np.clip((cosine - floor) / (1 - floor), 0.0, 1.0)
    return scaled


class Names:
    """The names of a table's columns and what else each is called: `all` in a row, `starts` = where a column begins."""

    def __init__(self, alternatives: Sequence[Sequence[Name]]) -> None:
        self.first = [names[0] for names in alternatives]
        self.all = [name for names in alternatives for name in names]
        self.starts = np.cumsum([0, *(len(names) for names in alternatives[:-1])])
        self.worth = np.concatenate([[1.0] + [_SYNONYM_WORTH] * (len(names) - 1) for names in alternatives])


def best_alternative(scores: Matrix, source: Names, target: Names) -> Matrix:
    """Per pair of columns, the best score of any two of their names; synonyms count a little less."""
    worth = scores * np.outer(source.worth, target.worth)
    best: Matrix = np.maximum.reduceat(np.maximum.reduceat(worth, source.starts, axis=0), target.starts, axis=1)
    return best


def word_signal(source: Names, target: Names, embed: Embed) -> Signal:
    """Words aligned softly: exact, same concept, misspelt or near in meaning; rare words count more.

    Soft TF-IDF in the manner of Cohen, Ravikumar and Fienberg, "A Comparison of String Distance Metrics for
    Name-Matching Tasks" (2003), symmetric, with path words at a fraction of the weight.
    """
    frequency = Counter(word for name in [*source.first, *target.first] for word in {*name.words, *name.context})
    frequency.update({word for name in [*source.all, *target.all] for word in name.words} - set(frequency))
    vocabulary = sorted(frequency)
    position = {word: index for index, word in enumerate(vocabulary)}
    importance = np.array([_importance(word, frequency[word]) for word in vocabulary])
    similarity = word_similarity(vocabulary, embed)
    left = [_weights(name, position, importance) for name in source.all]
    right = [_weights(name, position, importance) for name in target.all]
    forward = _coverage(left, right, similarity)
    backward = _coverage(right, left, similarity).T
    harmonic = 2 * forward * backward / np.maximum(forward + backward, 1e-9)
    scores = best_alternative(harmonic, source, target)
    return Signal("words", scores, np.ones_like(scores))


def _importance(word: str, frequency: int) -> float:
    if word == "1":
        return _FIRST_WEIGHT
    return (_DIGIT_WEIGHT if word.isdigit() else 1.0) / (1.0 + math.log(frequency))


def _weights(name: Name, position: dict[str, int], importance: Matrix) -> dict[int, float]:
    weights = {position[word]: float(importance[position[word]]) * _CONTEXT_WEIGHT for word in name.context}
    return weights | {position[word]: float(importance[position[word]]) for word in name.words}


def _coverage(left: Sequence[dict[int, float]], right: Sequence[dict[int, float]], similarity: Matrix) -> Matrix:
    """How much of each left name's weight finds a word in each right name, shape (left, right)."""
    best = np.stack([similarity[:, list(words)].max(axis=1) if words else np.zeros(len(similarity)) for words in right])
    coverage = np.zeros((len(left), len(right)))
    for row, words in enumerate(left):
        total = sum(words.values())
        if total:
            coverage[row] = best[:, list(words)] @ np.array(list(words.values())) / total
    return coverage


def word_similarity(vocabulary: Sequence[str], embed: Embed) -> Matrix:
    """Similarity in [0, 1] of every two words of the vocabulary."""
    position = {word: index for index, word in enumerate(vocabulary)}
    vectors = embed(vocabulary).astype(np.float64)
    latin = np.array([word.isascii() and len(word) > 2 for word in vocabulary])
    meaning = rescale(vectors @ vectors.T, _COSINE_FLOOR) * _CONCEPT_SIMILARITY * np.outer(latin, latin)
    spelling = process.cdist(vocabulary, vocabulary, scorer=DamerauLevenshtein.normalized_similarity, dtype=np.float64)
    long = np.array([len(word) > 3 for word in vocabulary])
    spelling = np.where((spelling >= _FUZZY_FLOOR) & np.outer(long, long), spelling**2, 0.0)
    similarity: Matrix = np.maximum(meaning, spelling)
    for concept in CONCEPTS:
        known = [position[word] for word in concept if word in position]
        similarity[np.ix_(known, known)] = np.maximum(similarity[np.ix_(known, known)], _CONCEPT_SIMILARITY)
    np.fill_diagonal(similarity, 1.0)
    return similarity


def spelling_signal(source: Names, target: Names) -> Signal:
    """Characters: TF-IDF cosine of 2- to 4-grams, with the fuzzy token-set ratio of the words."""
    grams = tfidf_cosine([_grams(name.compact) for name in source.all], [_grams(name.compact) for name in target.all])
    left, right = [name.phrase for name in source.all], [name.phrase for name in target.all]
    fuzzy = process.cdist(left, right, scorer=fuzz.token_sort_ratio, dtype=np.float64) / 100
    subset = process.cdist(left, right, scorer=fuzz.token_set_ratio, dtype=np.float64) / 100
    scores = best_alternative(0.5 * grams + 0.3 * fuzzy**2 + 0.2 * subset**2, source, target)
    return Signal("spelling", scores, np.ones_like(scores))


def _grams(text: str) -> Counter[str]:
    padded = f"^{text}$"
    return Counter(padded[at : at + size] for size in (2, 3, 4) for at in range(len(padded) - size + 1))


def tfidf_cosine(source: Sequence[Counter[str]], target: Sequence[Counter[str]]) -> Matrix:
    """Cosine of TF-IDF vectors of term counts, shape (source, target)."""
    left, right = tfidf_vectors(source, target)
    cosine: Matrix = (left @ right.T).toarray()
    return cosine


def tfidf_vectors(
    source: Sequence[Counter[str]], target: Sequence[Counter[str]]
) -> tuple[scipy.sparse.csr_array, scipy.sparse.csr_array]:
    """Unit TF-IDF vectors of term counts; document frequencies are those of both sides together."""
    documents = [*source, *target]
    frequency = Counter(term for document in documents for term in document)
    position = {term: index for index, term in enumerate(frequency)}
    rows, columns, data = [], [], []
    for row, document in enumerate(documents):
        for term, count in document.items():
            rows.append(row)
            columns.append(position[term])
            data.append((1 + math.log(count)) * math.log(1 + len(documents) / frequency[term]))
    matrix = scipy.sparse.csr_array((data, (rows, columns)), shape=(len(documents), max(len(position), 1)), dtype=float)
    norms = np.sqrt(matrix.multiply(matrix).sum(axis=1))
    unit = scipy.sparse.csr_array(scipy.sparse.diags_array(1 / np.maximum(norms, 1e-9)) @ matrix)
    return unit[: len(source)], unit[len(source) :]


def meaning_signal(source: Names, target: Names, embed: Embed) -> Signal:
    """Sentence embeddings of the spoken names, without and with their path."""
    plain = _cosine([name.phrase for name in source.all], [name.phrase for name in target.all], embed)
    full = _cosine([name.full_phrase for name in source.all], [name.full_phrase for name in target.all], embed)
    scores = best_alternative(rescale((plain + full) / 2, 0.2), source, target)
    ascii_left = np.array([name.phrase.isascii() for name in source.first], dtype=float)
    ascii_right = np.array([name.phrase.isascii() for name in target.first], dtype=float)
    return Signal("meaning", scores, 0.3 + 0.7 * np.outer(ascii_left, ascii_right))


def description_signal(
    source: Sequence[Column], target: Sequence[Column], left: Sequence[Name], right: Sequence[Name], embed: Embed
) -> Signal:
    """Documentation: each side's description (or its name, where it has none) against the other's."""
    ours = [column.description or name.full_phrase for column, name in zip(source, left, strict=True)]
    theirs = [column.description or name.full_phrase for column, name in zip(target, right, strict=True)]
    scores = rescale(_cosine(ours, theirs, embed), 0.1)
    told = [bool(column.description) for column in source], [bool(column.description) for column in target]
    documented = np.logical_or.outer(*map(np.array, told))
    return Signal("description", scores, documented.astype(float))


def _cosine(left: Sequence[str], right: Sequence[str], embed: Embed) -> Matrix:
    return embed(left).astype(np.float64) @ embed(right).astype(np.float64).T


def synonym_signal(source: Sequence[Column], target: Sequence[Column]) -> Signal:
    """Same name or reviewed synonym, ignoring case and punctuation: 1 where so, silent elsewhere."""
    left = [{_key(column.name), *map(_key, column.synonyms)} for column in source]
    right = [{_key(column.name), *map(_key, column.synonyms)} for column in target]
    scores = np.array([[float(bool(names & others)) for others in right] for names in left])
    return Signal("synonyms", scores, scores)


def _key(name: str) -> str:
    return "".join(character for character in name.casefold() if character.isalnum())
