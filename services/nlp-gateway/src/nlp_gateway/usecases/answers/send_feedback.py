"""Keep what a reader thought of an answer, without personal data."""

from dataclasses import replace
from uuid import UUID

from nlp_gateway.domain.answers.errors import check_text
from nlp_gateway.ports.asking import Asker, Feedback, Feedbacks
from nlp_gateway.ports.redaction import Redactor


async def send_feedback(asker: Asker, feedback: Feedback, *, feedbacks: Feedbacks, redactor: Redactor) -> UUID:
    """Store the feedback and return its id; raises RedactionUnavailable, and then nothing is stored."""
    check_text(feedback.comment)
    comment = feedback.comment.strip()
    if comment:
        (redacted,) = await redactor.redact([comment])
        comment = redacted.text
    return await feedbacks.add(asker, replace(feedback, comment=comment))
