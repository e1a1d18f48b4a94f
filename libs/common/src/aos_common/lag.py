"""How late the event loop is: what every request waits, whatever it asks for, when something holds up the loop."""

import asyncio
import statistics

import structlog

from aos_common.metrics import loop_lag

__all__ = ["LoopLag"]

log = structlog.get_logger()


class LoopLag:
    """Wakes every `interval` seconds and logs, every `window` wakings, how late it woke (`loop.lag`, milliseconds)."""

    def __init__(self, interval: float = 0.1, window: int = 600) -> None:
        self._interval = interval
        self._window = window

    async def run(self) -> None:
        """Measure until cancelled."""
        loop = asyncio.get_running_loop()
        late: list[float] = []
        while True:
            due = loop.time() + self._interval
            await asyncio.sleep(self._interval)
            behind = loop.time() - due
            loop_lag.observe(max(0.0, behind))
            late.append(behind * 1000)
            if len(late) >= self._window:
                p99 = statistics.quantiles(late, n=100)[-1]
                log.info("loop.lag", p99_ms=round(p99, 1), most_ms=round(max(late), 1))
                late.clear()
