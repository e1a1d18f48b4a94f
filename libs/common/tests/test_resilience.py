import asyncio
import time

import pytest
from aos_common.errors import Overloaded
from aos_common.resilience import AsyncLimiter, Bulkhead, breakers, retrying
from purgatory.domain.model import OpenedState


async def test_retrying_when_it_fails_twice_then_the_third_attempt_counts() -> None:
    tries = 0
    async for attempt in retrying(on=OSError, attempts=3, wait_initial=0.001):
        with attempt:
            tries += 1
            if tries < 3:
                raise ConnectionError
    assert tries == 3


async def test_retrying_when_the_error_is_another_then_it_is_not_repeated() -> None:
    tries = 0
    with pytest.raises(ValueError, match="once"):
        async for attempt in retrying(on=OSError, attempts=3):
            with attempt:
                tries += 1
                raise ValueError("once")
    assert tries == 1


async def test_breaker_when_it_failed_often_enough_then_it_refuses_without_calling() -> None:
    factory = breakers(threshold=2, recovery_seconds=60)
    for _ in range(2):
        with pytest.raises(ConnectionError):
            async with await factory.get_breaker("dcl"):
                raise ConnectionError
    with pytest.raises(OpenedState):
        async with await factory.get_breaker("dcl"):
            pytest.fail("an open breaker lets nobody through")


async def test_limiter_when_the_rate_is_spent_then_the_next_waits() -> None:
    limiter = AsyncLimiter(2, 0.2)
    began = time.monotonic()
    for _ in range(4):
        async with limiter:
            pass
    assert time.monotonic() - began > 0.15


async def test_bulkhead_when_full_then_one_waits_and_the_next_is_refused() -> None:
    bulkhead, release, done = Bulkhead("calls", limit=1, queue=1), asyncio.Event(), []

    async def work(name: str) -> None:
        async with bulkhead.slot():
            await release.wait()
            done.append(name)

    first, second = asyncio.create_task(work("first")), asyncio.create_task(work("second"))
    await asyncio.sleep(0.01)
    with pytest.raises(Overloaded):
        async with bulkhead.slot():
            pytest.fail("there is no room")
    release.set()
    await asyncio.gather(first, second)
    assert done == ["first", "second"]
    async with bulkhead.slot():
        pass
