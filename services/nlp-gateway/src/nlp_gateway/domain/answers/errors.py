"""What can go wrong with answers."""

from aos_common.errors import DomainError, Kind


class AnswerUnchecked(DomainError):
    """An answer of the offline engine says something that its evidence does not: a fault of ours, never shown."""

    reason = "ANSWER_UNCHECKED"
    kind = Kind.INTERNAL


class QuestionInvalid(DomainError):
    """A question is empty or too long."""

    reason = "QUESTION_INVALID"
    kind = Kind.INVALID


class PersonaUnknown(DomainError):
    """No persona has this name."""

    reason = "PERSONA_UNKNOWN"
    kind = Kind.INVALID


def check_text(text: str) -> None:
    """Raise `QuestionInvalid` for characters that no stored text can have."""
    if "\x00" in text or any("\ud800" <= one <= "\udfff" for one in text):
        raise QuestionInvalid("A text has characters that are none, such as NUL.", hint="Send plain text.")
