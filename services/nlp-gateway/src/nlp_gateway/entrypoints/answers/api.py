"""Answers with their ports filled in: what REST and gRPC both call."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission, permissions_of
from aos_common.auth import Caller
from aos_common.errors import InvalidRequest

from nlp_gateway.domain.answers.model import Answer
from nlp_gateway.ports.asking import Asker, Feedback, Feedbacks
from nlp_gateway.usecases.answers.answering import Answering
from nlp_gateway.usecases.answers.ask import Step, ask
from nlp_gateway.usecases.answers.send_feedback import send_feedback
from nlp_gateway.usecases.answers.summarise_persona import Summary, summarise_persona


@dataclass(frozen=True)
class AnswersApi:
    """The use cases of answers, wired."""

    answering: Answering
    feedbacks: Feedbacks

    def steps(self, caller: Caller, question: str, persona: str) -> AsyncIterator[Step]:
        """Answer a question step by step."""
        require(caller, Permission.QUESTIONS_ASK)
        return ask(_asker(caller), question, persona, answering=self.answering)

    async def ask(self, caller: Caller, question: str, persona: str) -> Answer:
        """Answer a question."""
        found: Step | None = None
        async for step in self.steps(caller, question, persona):
            found = step
        assert isinstance(found, Answer)
        return found

    async def summary(self, caller: Caller, persona: str) -> Summary:
        """Fill a persona's tiles."""
        require(caller, Permission.QUESTIONS_ASK)
        ports = self.answering
        return await summarise_persona(
            _asker(caller), persona, layer=ports.layer, platform=ports.platform, clock=ports.clock
        )

    async def feedback(self, caller: Caller, answer_id: str, helpful: bool, comment: str) -> UUID:
        """Keep feedback on an answer."""
        require(caller, Permission.QUESTIONS_ASK)
        try:
            feedback = Feedback(UUID(answer_id), helpful, comment)
        except ValueError:
            raise InvalidRequest("answer_id is not a UUID.") from None
        return await send_feedback(_asker(caller), feedback, feedbacks=self.feedbacks, redactor=self.answering.redactor)


def _asker(caller: Caller) -> Asker:
    reads = Permission.KNOWLEDGE_READ in permissions_of(caller.roles)
    return Asker(caller.tenant_id, caller.subject, caller.roles, caller.token, reads)
