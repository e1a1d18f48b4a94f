"""The event loop's lateness is seen and told."""

import asyncio
import time

from aos_common.lag import LoopLag
from structlog.testing import capture_logs


async def test_lag_when_something_holds_up_the_loop_then_the_log_says_for_how_long() -> None:
    with capture_logs() as logs:
        task = asyncio.create_task(LoopLag(interval=0.005, window=10).run())
        await asyncio.sleep(0.02)
        time.sleep(0.15)  # noqa: ASYNC251  what no service may do
        while not logs:
            await asyncio.sleep(0.01)
        task.cancel()
    assert logs[0]["event"] == "loop.lag"
    assert logs[0]["most_ms"] > 100
