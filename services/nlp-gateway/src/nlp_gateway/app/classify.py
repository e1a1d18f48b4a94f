"""`python -m nlp_gateway classify`: the command with its classifier."""

import math
from argparse import Namespace
from collections.abc import Sequence

from nlp_gateway.entrypoints.understanding import command

__all__ = ["add_arguments", "classify", "run"]

add_arguments = command.add_arguments


def run(arguments: Namespace) -> int:
    """Learn and label in this process."""
    return command.run(arguments, classify)


def classify(known: Sequence[str], labels: Sequence[str], unknown: Sequence[str]) -> list[tuple[str, float]]:
    """Label texts by examples; the second of each is above 0.5 when it is in scope."""
    from aos_embeddings import MiniLm  # noqa: PLC0415  the parser needs no model, nor does it need the next

    from nlp_gateway.adapters.understanding.training import train  # noqa: PLC0415  nor scikit-learn

    encoder = MiniLm()
    classifier = train(known, labels, encoder.embed(known))
    judged = classifier.judge(unknown, encoder.embed(unknown))
    return [(one.label, 1 / (1 + math.exp(classifier.threshold - one.score))) for one in judged]
