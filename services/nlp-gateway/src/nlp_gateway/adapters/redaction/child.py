"""What runs in the redacting child process: nothing else of the service imports spaCy, Presidio or the tagger."""

import logging
from functools import cache
from typing import TYPE_CHECKING

from nlp_gateway.domain.redaction.found import Found

if TYPE_CHECKING:
    from nlp_gateway.adapters.redaction.finder import Finder

__all__ = ["find"]


@cache
def _finder() -> "Finder":
    from nlp_gateway.adapters.redaction.finder import Finder  # noqa: PLC0415  200 MB, in the child alone

    logging.disable(logging.WARNING)  # Presidio speaks of recognisers that it was not asked for
    return Finder()


def find(text: str) -> list[Found]:
    """Return what of a text is personal."""
    return _finder().find(text)
