"""Understanding, whichever door a call comes through."""

from aos_access.guard import require
from aos_access.roles import Permission
from aos_common.auth import Caller

from nlp_gateway.ports.understanding import Reading, Understanding
from nlp_gateway.usecases.understanding.classify_question import classify_question

__all__ = ["UnderstandingApi"]


class UnderstandingApi:
    """Checks what the caller may do, then runs the use case."""

    def __init__(self, understanding: Understanding) -> None:
        self._understanding = understanding

    async def classify(self, caller: Caller, text: str, persona: str) -> Reading:
        """Return a question's persona and route."""
        require(caller, Permission.QUESTIONS_ASK)
        return await classify_question(self._understanding, text, persona, caller.roles)
