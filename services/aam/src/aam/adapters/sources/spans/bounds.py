"""Bounds of a range as a source compares them."""

from datetime import datetime

from aam.domain.errors import BackfillRefused
from aam.domain.steering import Span
from aam.ports import Json

SPAN = "span"


def moments(stream: str, span: Span, what: str) -> tuple[datetime, datetime]:
    """Both bounds as moments; `what` is what they are compared with."""
    if isinstance(span.since, datetime) and isinstance(span.until, datetime):
        return span.since, span.until
    raise BackfillRefused(
        f"{stream} is read in ranges by {what}, and the bounds are numbers.", hint="Give two timestamps."
    )


def told(span: Span) -> list[str]:
    """The bounds as a state holds them."""
    return [str(span.since), str(span.until)]


def of_span(place: Json, span: Span) -> bool:
    """Whether a state is one of a reading of this very range."""
    return place.get(SPAN) == told(span)
