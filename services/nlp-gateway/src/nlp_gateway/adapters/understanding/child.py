"""What runs in the training child process; the service keeps only the weights that it returns."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp_gateway.adapters.understanding.utterances import load_utterances
from nlp_gateway.domain.understanding.classifier import OUT, Classifier
from nlp_gateway.ports.understanding import OUT_OF_SCOPE

__all__ = ["Trained", "train_both"]


@dataclass(frozen=True)
class Trained:
    """The two classifiers of a question."""

    persona: Classifier
    route: Classifier


def train_both(folder: Path) -> Trained:
    """Learn persona and route from the utterances of a folder."""
    from aos_embeddings import MiniLm  # noqa: PLC0415  in the child alone, as the next

    from nlp_gateway.adapters.understanding.training import train  # noqa: PLC0415  scikit-learn and SciPy: 100 MB

    utterances = load_utterances(folder)
    vectors = MiniLm().embed([one.text for one in utterances])
    written = np.array([one.written for one in utterances])
    people = [place for place, one in enumerate(utterances) if one.persona]
    routes = [place for place, one in enumerate(utterances) if one.route]
    labels = [OUT if utterances[place].route == OUT_OF_SCOPE else utterances[place].route for place in routes]

    def of(places: list[int], names: list[str]) -> Classifier:
        return train([utterances[place].text for place in places], names, vectors[places], written[places])

    return Trained(persona=of(people, [utterances[place].persona for place in people]), route=of(routes, labels))
