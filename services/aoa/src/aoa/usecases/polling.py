"""How the steps of a run wait for other services."""

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True)
class Poll:
    """Look every `interval` seconds; give up after `patience` seconds without progress."""

    interval: float = 0.5
    patience: float = 300.0

    async def pause(self) -> None:
        """Wait until the next look."""
        await asyncio.sleep(self.interval)
