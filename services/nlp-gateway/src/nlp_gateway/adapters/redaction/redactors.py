"""The redactor: in a child process (the service), or in this process (the command without a server)."""

import asyncio
from collections.abc import Sequence

from aos_common.child import Child
from aos_common.resilience import Bulkhead

from nlp_gateway.adapters.redaction.child import find
from nlp_gateway.domain.redaction.errors import RedactionUnavailable, TextTooLong
from nlp_gateway.domain.redaction.found import Found, replace
from nlp_gateway.domain.redaction.pieces import pieces, together
from nlp_gateway.ports.redaction import PersonalSpan, Redacted

__all__ = ["MAX_CHARACTERS", "ChildRedactor", "redact_here"]

MAX_CHARACTERS = 4_000_000
"""Of one text: more than any document of the largest upload that anybody reads."""
PIECE_SECONDS = 60.0
"""For one piece, with the start of the child (about 3 s) and on a machine that is busy; usually 1 s."""
MEMORY_MB = 4_000
"""Address space, most of which is reserved and never touched; about 250 MB are."""
WAITING = 64


class ChildRedactor:
    """Implements ports.redaction.Redactor; its process starts at the first text and ends when idle."""

    def __init__(self) -> None:
        self._child = Child("redaction", find, timeout_seconds=PIECE_SECONDS, memory_mb=MEMORY_MB)
        self._bulkhead = Bulkhead("texts to redact", 4, WAITING)

    async def redact(self, texts: Sequence[str]) -> Sequence[Redacted]:
        """Return each text without its personal data; raises RedactionUnavailable, TextTooLong, Overloaded."""
        for text in texts:
            _check(text)
        async with self._bulkhead.slot():
            return [await self._redact(text) for text in texts]

    async def _redact(self, text: str) -> Redacted:
        found = [(start, await self._find(piece)) for start, piece in pieces(text) if piece.strip()]
        return await asyncio.to_thread(_redacted, text, found)

    async def _find(self, piece: str) -> list[Found]:
        try:
            return await self._child.call(piece)
        except Exception as error:  # whatever fails in there: a text that was not looked through does not pass
            raise _unavailable() from error

    async def close(self) -> None:
        """End the process."""
        await self._child.close()


def redact_here(text: str) -> Redacted:
    """Redact in this process, which then holds the models; raises TextTooLong."""
    _check(text)
    return _redacted(text, [(start, find(piece)) for start, piece in pieces(text) if piece.strip()])


def _check(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise TextTooLong(
            f"The text has {len(text):,} characters; {MAX_CHARACTERS:,} are looked through for personal data at most.",
            hint="Split it into several documents.",
        )


def _redacted(text: str, found: list[tuple[int, list[Found]]]) -> Redacted:
    spans = together(text, found)
    return Redacted(replace(text, spans), tuple(PersonalSpan(one.start, one.end, one.kind) for one in spans))


def _unavailable() -> RedactionUnavailable:
    return RedactionUnavailable(
        "Personal data could not be looked for in this text, so it was neither stored nor sent.",
        hint="Try again in a moment; if it goes on, see the log of nlp-gateway.",
    )
