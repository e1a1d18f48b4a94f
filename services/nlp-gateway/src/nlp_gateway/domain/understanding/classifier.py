"""A trained classifier: labels texts, says how sure it is, and refuses what is like nothing it learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from nlp_gateway.domain.understanding.features import Lexicon

__all__ = ["OUT", "Classifier", "Judged", "in_scope_scores", "neighbours"]

OUT = "oos"
"""The label of texts that are out of scope."""
NEAREST = 3
NEAR_WEIGHT = 5.0
"""How much a cosine counts beside a log probability."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Judged:
    """A text's label (OUT when refused), the likeliest in scope, its calibrated probability, and the scope's score."""

    label: str
    best: str
    confidence: float
    score: float


@dataclass(frozen=True)
class Classifier:
    """Weights of a multinomial logistic regression over embedding and terms, and the vectors that it learned from.

    `weights` is (labels, 384 + terms), `temperature` calibrates probabilities (Guo et al. 2017, "On Calibration of
    Modern Neural Networks"), texts whose in-scope score is below `threshold` are refused.
    """

    labels: tuple[str, ...]
    lexicon: Lexicon
    weights: Vectors
    bias: Vectors
    learned: Vectors
    learned_labels: npt.NDArray[np.int64]
    temperature: float
    threshold: float

    def judge(self, texts: Sequence[str], vectors: Vectors) -> list[Judged]:
        """Label texts; `vectors` (n, 384) are their embeddings."""
        logits = self.logits(texts, vectors)
        near = neighbours(vectors, self.learned, self.learned_labels, len(self.labels))
        scores = in_scope_scores(logits, near, self.labels)
        odds = _softmax(logits / self.temperature)
        inside = [place for place, label in enumerate(self.labels) if label != OUT]
        judged = []
        for row, score in zip(odds, scores, strict=True):
            best = max(inside, key=lambda place: row[place])
            refused = score < self.threshold
            label = OUT if refused else self.labels[best]
            judged.append(Judged(label, self.labels[best], float(row[best] / row[inside].sum()), float(score)))
        return judged

    def logits(self, texts: Sequence[str], vectors: Vectors) -> Vectors:
        """Return the regression's values, (n, labels)."""
        width = vectors.shape[1]
        values: Vectors = vectors @ self.weights[:, :width].T + self.bias
        for row, text in enumerate(texts):
            places, weights = self.lexicon.vector(text)
            values[row] += self.weights[:, width + places] @ weights
        return values


def neighbours(vectors: Vectors, learned: Vectors, labels: npt.NDArray[np.int64], count: int) -> Vectors:
    """Return (n, count): the mean cosine of each text to its NEAREST learned texts of each label."""
    likeness = vectors @ learned.T
    near = np.zeros((len(vectors), count), dtype=np.float32)
    for label in range(count):
        own = np.sort(likeness[:, labels == label], axis=1)[:, -NEAREST:]
        near[:, label] = own.mean(axis=1) if own.shape[1] else 0
    return near


def in_scope_scores(logits: Vectors, near: Vectors, labels: Sequence[str]) -> Vectors:
    """Return how surely each text is in scope: log of the best label's probability + NEAR_WEIGHT × its nearness.

    Nearness is the cosine to the closest label in scope, less that to texts out of scope where some were learned. The
    regression alone is sure of much that it never saw; nearness alone does not know which words decide (measured on
    CLINC150: AUROC .972 and .975 alone, .986 together).
    """
    inside = np.array([label != OUT for label in labels])
    best = np.log(np.maximum(_softmax(logits)[:, inside].max(axis=1), 1e-9))
    nearness = near[:, inside].max(axis=1)
    if not inside.all():
        nearness = nearness - near[:, ~inside].max(axis=1)
    scores: Vectors = best + NEAR_WEIGHT * nearness
    return scores


def _softmax(logits: Vectors) -> Vectors:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    odds: Vectors = raised / raised.sum(axis=1, keepdims=True)
    return odds
