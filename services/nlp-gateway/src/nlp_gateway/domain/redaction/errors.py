"""Why a text was not redacted; it is then neither stored nor sent."""

from aos_common.errors import DomainError, Kind

__all__ = ["RedactionUnavailable", "TextTooLong"]


class RedactionUnavailable(DomainError):
    """Personal data could not be looked for."""

    reason = "REDACTION_UNAVAILABLE"
    kind = Kind.UNAVAILABLE
    retry_after = 5


class TextTooLong(DomainError):
    """A text is longer than is looked through at once."""

    reason = "TEXT_TOO_LONG"
    kind = Kind.INVALID
