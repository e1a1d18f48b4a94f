"""What every step of answering needs from outside, in one place."""

from dataclasses import dataclass

from nlp_gateway.ports.asking import Clock, Dictionary, Nearness, Platform, SemanticLayer
from nlp_gateway.ports.models import Models
from nlp_gateway.ports.passages import Passages
from nlp_gateway.ports.redaction import Redactor
from nlp_gateway.ports.understanding import Understanding


@dataclass(frozen=True)
class Answering:
    """The ports of answering."""

    layer: SemanticLayer
    platform: Platform
    passages: Passages
    understanding: Understanding
    redactor: Redactor
    models: Models
    nearness: Nearness
    dictionary: Dictionary
    clock: Clock
