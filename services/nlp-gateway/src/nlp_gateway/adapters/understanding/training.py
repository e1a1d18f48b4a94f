"""Training of classifiers (scikit-learn): runs in a process that ends, or in that of a command.

Which texts are refused and how probabilities are calibrated is decided inside the training data, by cross-validation:
a text's score is that of a classifier that did not learn it.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]  # ships no types
from sklearn.model_selection import StratifiedKFold  # type: ignore[import-untyped]  # as above
from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]  # as above

from nlp_gateway.domain.understanding.classifier import OUT, Classifier, Vectors, in_scope_scores, neighbours
from nlp_gateway.domain.understanding.features import Lexicon, lexicon_of

__all__ = ["train"]

STRENGTH = 10.0
"""scikit-learn's C; weak regularisation, since an embedding's parts are small."""
FOLDS = 4
FALSE_REFUSALS = 0.03
"""Share of texts in scope that may be refused; once all texts are learned, fewer are."""
STEPS = 300
FEW = 20
"""Labels for which Newton steps are four times as fast as L-BFGS; they grow with the square of the labels."""

Labels = npt.NDArray[np.int64]


def train(
    texts: Sequence[str], names: Sequence[str], vectors: Vectors, written: npt.NDArray[np.bool_] | None = None
) -> Classifier:
    """Learn labels `names` (OUT: out of scope) of texts with embeddings `vectors`.

    Only texts that somebody has `written` (all, unless it is said) set threshold and temperature: texts made from
    patterns are too alike to be new to each other. Raises ValueError when there are fewer than two labels.
    """
    labels = tuple(sorted(set(names)))
    numbers = np.array([labels.index(name) for name in names], dtype=np.int64)
    lexicon = lexicon_of(texts)
    features = _features(lexicon, texts, vectors)
    logits, scores = _held_out(features, numbers, vectors, labels)
    fitted = _fit(features, numbers, len(labels))
    own = np.ones(len(texts), dtype=bool) if written is None else written
    inside = own & np.array([name != OUT for name in names])
    return Classifier(
        labels=labels,
        lexicon=lexicon,
        weights=fitted[0],
        bias=fitted[1],
        learned=vectors,
        learned_labels=numbers,
        temperature=_temperature(logits[own], numbers[own]),
        threshold=float(np.quantile(scores[inside], FALSE_REFUSALS)),
    )


def _features(lexicon: Lexicon, texts: Sequence[str], vectors: Vectors) -> csr_matrix:
    rows = [lexicon.vector(text) for text in texts]
    starts = np.cumsum([0] + [len(places) for places, _ in rows])
    places = np.concatenate([places for places, _ in rows])
    values = np.concatenate([values for _, values in rows])
    terms = csr_matrix((values, places, starts), shape=(len(texts), len(lexicon.rarity)))
    return hstack([csr_matrix(vectors), terms]).tocsr()


def _fit(features: csr_matrix, numbers: Labels, count: int) -> tuple[Vectors, Vectors]:
    """Weights (count, columns) and biases; a label that is not among `numbers` gets a bias that rules it out."""
    solver = "newton-cg" if count <= FEW else "lbfgs"
    regression = LogisticRegression(C=STRENGTH, max_iter=STEPS, class_weight="balanced", solver=solver)
    with threadpool_limits(1):  # the matrices are small: threads would wait for each other
        regression.fit(features, numbers)
    weights = np.zeros((count, features.shape[1]), dtype=np.float32)
    bias = np.full(count, -30.0, dtype=np.float32)
    if len(regression.classes_) == 2:  # one row stands for the second class against the first
        weights[regression.classes_] = np.vstack([-regression.coef_[0], regression.coef_[0]]) / 2
        bias[regression.classes_] = np.array([-regression.intercept_[0], regression.intercept_[0]]) / 2
    else:
        weights[regression.classes_] = regression.coef_
        bias[regression.classes_] = regression.intercept_
    return weights, bias


def _held_out(
    features: csr_matrix, numbers: Labels, vectors: Vectors, labels: Sequence[str]
) -> tuple[Vectors, Vectors]:
    """Logits and in-scope scores of each text by a classifier that did not see it."""
    logits = np.zeros((len(numbers), len(labels)), dtype=np.float32)
    scores = np.zeros(len(numbers), dtype=np.float32)
    folds = min(FOLDS, max(2, int(np.bincount(numbers).max())))
    for known, unknown in StratifiedKFold(folds, shuffle=True, random_state=0).split(features, numbers):
        weights, bias = _fit(features[known], numbers[known], len(labels))
        logits[unknown] = features[unknown] @ weights.T + bias
        near = neighbours(vectors[unknown], vectors[known], numbers[known], len(labels))
        scores[unknown] = in_scope_scores(logits[unknown], near, labels)
    return logits, scores


def _temperature(logits: Vectors, numbers: Labels) -> float:
    """The divisor of logits with the least negative log likelihood of the true labels."""

    def loss(temperature: float) -> float:
        scaled = logits / temperature
        scaled = scaled - scaled.max(axis=1, keepdims=True)
        own = scaled[np.arange(len(numbers)), numbers]
        return float(np.mean(np.log(np.exp(scaled).sum(axis=1)) - own))

    return float(minimize_scalar(loss, bounds=(0.2, 5.0), method="bounded").x)
