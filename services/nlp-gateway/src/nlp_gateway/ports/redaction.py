"""Personal data is taken out of texts before they are stored, or sent to a model of somebody else."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class PersonalSpan:
    """Characters [start, end) of the original text that name or reach a person, or are a secret.

    `kind` is e.g. PERSON, EMAIL_ADDRESS, PHONE_NUMBER, CREDIT_CARD, STREET_ADDRESS, SECRET.
    """

    start: int
    end: int
    kind: str


@dataclass(frozen=True)
class Redacted:
    """A text in which each span was replaced by `<KIND>`, and where the spans were."""

    text: str
    spans: tuple[PersonalSpan, ...]


class Redactor(Protocol):
    """Fails closed: a text that cannot be looked through raises, and is neither stored nor sent."""

    async def redact(self, texts: Sequence[str]) -> Sequence[Redacted]:
        """Return each text without its personal data, in their order; raises RedactionUnavailable."""
