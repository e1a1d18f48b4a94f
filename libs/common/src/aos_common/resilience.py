"""Calls that may fail: retries (stamina), circuit breakers (purgatory), rate limits (aiolimiter), bulkheads (here)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import stamina
from aiolimiter import AsyncLimiter
from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState as BreakerOpen

from aos_common.errors import Overloaded

__all__ = ["AsyncLimiter", "BreakerOpen", "Bulkhead", "breakers", "end_if_cancelled", "retrying"]

retrying = stamina.retry_context
"""`async for attempt in retrying(on=…, attempts=…, timeout=…): with attempt: …`; waits grow with jitter."""


def breakers(threshold: int = 5, recovery_seconds: float = 10.0) -> AsyncCircuitBreakerFactory:
    """Return a set of named circuit breakers that open after `threshold` failures in a row."""
    return AsyncCircuitBreakerFactory(default_threshold=threshold, default_ttl=recovery_seconds)


def end_if_cancelled() -> None:
    """Raise `CancelledError` in a task that was cancelled; for loops that read from Valkey.

    Its client looks for stale data under `asyncio.timeout(0)`, which takes a cancellation that came a moment earlier
    for its own and swallows it; the task would then run for ever.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


class Bulkhead:
    """At most `limit` callers inside and `queue` waiting; the next one gets `Overloaded` at once."""

    def __init__(self, name: str, limit: int, queue: int) -> None:
        self._name = name
        self._slots = asyncio.Semaphore(limit)
        self._room = queue

    @asynccontextmanager
    async def slot(self) -> AsyncIterator[None]:
        """Hold one of the slots for the block."""
        if self._slots.locked() and self._room <= 0:
            raise Overloaded(f"Too many {self._name} at once.", hint="Try again in a moment.")
        self._room -= 1
        try:
            await self._slots.acquire()
        finally:
            self._room += 1
        try:
            yield
        finally:
            self._slots.release()
