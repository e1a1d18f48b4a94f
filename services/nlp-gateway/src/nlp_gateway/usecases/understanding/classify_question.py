"""Reads a question for somebody."""

from collections.abc import Iterable
from dataclasses import replace

from aos_common.errors import DomainError, Kind

from nlp_gateway.domain.understanding.choice import given_persona
from nlp_gateway.ports.understanding import Reading, Understanding

__all__ = ["MOST_CHARACTERS", "QuestionUnreadable", "classify_question"]

MOST_CHARACTERS = 2_000


class QuestionUnreadable(DomainError):
    """There is no question, or one that is too long."""

    reason = "QUESTION_UNREADABLE"
    kind = Kind.INVALID


async def classify_question(understanding: Understanding, text: str, persona: str, roles: Iterable[str]) -> Reading:
    """Return persona and route; the request's persona, or a role's, wins over the one that was read.

    Raises PersonaUnknown, QuestionUnreadable.
    """
    given = given_persona(persona, roles)
    if not text.strip() or len(text) > MOST_CHARACTERS:
        raise QuestionUnreadable(
            f"A question has 1 to {MOST_CHARACTERS:,} characters; this has {len(text.strip()):,}.",
            hint="Ask one thing, in a sentence.",
        )
    reading = await understanding.read(text)
    return replace(reading, persona=given, persona_confidence=1.0) if given else reading
