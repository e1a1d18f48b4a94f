"""Let a reading, which blocks in a thread, keep its checkpoints through the event loop."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import TimeoutError as Waiting
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID

from aam.domain.errors import RunCancelled, RunSuperseded
from aam.ports import Checkpoint, Checkpoints, Progress, StoredCheckpoints

T = TypeVar("T")
LOOK_SECONDS = 0.5


def keep_checkpoints(
    stored: StoredCheckpoints, tenant_id: UUID, run_id: UUID, stream: str, attempt: str, progress: Progress
) -> Checkpoints:
    """The checkpoints of one attempt; called on the loop that `stored` belongs to."""
    return _Kept(stored, (tenant_id, run_id, stream), attempt, progress, asyncio.get_running_loop())


@dataclass(frozen=True)
class _Kept:
    stored: StoredCheckpoints
    place: tuple[UUID, UUID, str]
    attempt: str
    progress: Progress
    loop: asyncio.AbstractEventLoop

    def load(self) -> list[Checkpoint]:
        return self._wait(self.stored.load(*self.place))

    def save(self, checkpoint: Checkpoint) -> None:
        self._held(self._wait(self.stored.save(*self.place, self.attempt, checkpoint)))

    def clear(self) -> None:
        self._held(self._wait(self.stored.clear(*self.place, self.attempt)))

    def _held(self, held: bool) -> None:
        if not held:
            raise RunSuperseded(f"{self.place[2]}: another worker reads it now.")

    def _wait(self, call: Coroutine[Any, Any, T]) -> T:
        """The answer; a reading that was told to stop does not wait for a loop that has ended."""
        answer = asyncio.run_coroutine_threadsafe(call, self.loop)
        while True:
            try:
                return answer.result(LOOK_SECONDS)
            except Waiting:
                if self.progress.cancelled and not answer.done():
                    answer.cancel()
                    raise RunCancelled(f"{self.place[2]}: the run was cancelled.") from None
