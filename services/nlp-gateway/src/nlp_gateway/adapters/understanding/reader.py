"""Reads questions with weights that a child process learned; a reading takes milliseconds, in a thread."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import numpy as np
import numpy.typing as npt
import structlog
from aos_common.child import Child
from aos_common.errors import DomainError
from aos_common.resilience import Bulkhead

from nlp_gateway.adapters.understanding.child import Trained, train_both
from nlp_gateway.adapters.understanding.utterances import FOLDER
from nlp_gateway.domain.understanding.classifier import OUT, Vectors
from nlp_gateway.ports.understanding import OUT_OF_SCOPE, Reading

__all__ = ["Reader"]

_log = structlog.get_logger()
TRAINING_SECONDS = 300.0
"""For what takes about 8 s, on a machine that is busy."""
WARM_UP_AFTER = 15.0
"""Seconds after the start at which it learns, unless a question came before: until then others are busy starting."""
Embed = Callable[[Sequence[str]], Awaitable[Sequence[npt.NDArray[np.float32]]]]


class Reader:
    """Implements ports.understanding.Understanding; `embed` makes a unit vector of each text (MiniLM)."""

    def __init__(self, embed: Embed) -> None:
        self._embed = embed
        self._training: asyncio.Task[Trained] | None = None
        self._bulkhead = Bulkhead("questions to read", 2, 200)

    async def warm_up(self) -> None:
        """Train a little after the start, so that the first question need not wait for it; runs until cancelled."""
        await asyncio.sleep(WARM_UP_AFTER)
        try:
            await self._trained()
        except DomainError as error:  # the next question tries again, and is told
            _log.warning("understanding.untrained", reason=error.reason)
        await asyncio.Event().wait()

    async def read(self, question: str) -> Reading:
        """Return the question's persona and route; raises ChildDied, ChildTimedOut when it could not be learned."""
        trained = await self._trained()
        async with self._bulkhead.slot():
            vectors = np.stack(await self._embed([question]))
            return await asyncio.to_thread(self._read, trained, question, vectors)

    @staticmethod
    def _read(trained: Trained, question: str, vectors: Vectors) -> Reading:
        persona = trained.persona.judge([question], vectors)[0]
        route = trained.route.judge([question], vectors)[0]
        refused = route.label == OUT
        return Reading(
            persona=persona.best,
            persona_confidence=persona.confidence,
            route=OUT_OF_SCOPE if refused else route.label,
            route_confidence=route.confidence,
        )

    async def _trained(self) -> Trained:
        """One training for all who wait; one that failed is tried again by the next."""
        if self._training is None or (self._training.done() and self._training.exception() is not None):
            self._training = asyncio.create_task(_train())
        return await asyncio.shield(self._training)

    async def close(self) -> None:
        """End a training under way."""
        if self._training is not None and not self._training.done():
            self._training.cancel()
            await asyncio.gather(self._training, return_exceptions=True)


async def _train() -> Trained:
    child = Child("training", train_both, timeout_seconds=TRAINING_SECONDS)
    try:
        return await child.call(FOLDER)
    finally:
        await child.close()
