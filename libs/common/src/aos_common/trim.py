"""Keeps streams short: what every consumer group has acknowledged is dropped, and nothing else.

Never by length: a trimmed entry that is still pending comes back empty. A stream without a group is left alone, since
its consumer may not have started yet; a stream that is only tailed (see `streams.Tail`) is cut by age.
"""

import asyncio
import time
from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from aos_common.db import Database
from aos_common.errors import DomainError
from aos_common.metrics import stream_lag, stream_pending
from aos_common.resilience import end_if_cancelled

__all__ = ["Trimmer"]

log = structlog.get_logger()

EVERY_SECONDS = 60.0
Position = tuple[int, int]


class Trimmer:
    """Trims the streams that one service's outbox feeds; `tailed` gives seconds to keep for streams without groups."""

    def __init__(self, database: Database, redis: "Redis", tailed: Mapping[str, float]) -> None:
        self._database = database
        self._redis = redis
        self._tailed = dict(tailed)

    async def run(self) -> None:
        """Trim once a minute until cancelled."""
        while True:
            end_if_cancelled()
            try:
                await self.trim()
            except (DomainError, RedisError, OSError, sa.exc.DBAPIError) as error:
                log.warning("trim.failed", error=type(error).__name__)
            await asyncio.sleep(EVERY_SECONDS)

    async def trim(self) -> int:
        """Trim every stream; return how many entries were dropped."""
        async with self._database.platform_tx() as connection:
            streams = (await connection.execute(sa.text("SELECT DISTINCT stream FROM outbox"))).scalars().all()
        dropped = 0
        for stream in streams:
            bound = self._by_age(stream) if stream in self._tailed else await self._acknowledged(stream)
            if bound is not None:
                minimum = f"{bound[0]}-{bound[1]}"
                dropped += int(await self._redis.xtrim(stream, minid=minimum, approximate=True))
        return dropped

    def _by_age(self, stream: str) -> Position:
        return int((time.time() - self._tailed[stream]) * 1000), 0

    async def _acknowledged(self, stream: str) -> Position | None:
        """Return the first entry that some group has not acknowledged, or read last; None without groups."""
        try:
            groups: Any = await self._redis.xinfo_groups(stream)
        except ResponseError:
            return None  # the stream is not there
        bounds = []
        for group in groups:
            labels = (stream, _text(group["name"]))
            stream_lag.labels(*labels).set(group["lag"] or 0)
            stream_pending.labels(*labels).set(group["pending"])
            first = group["last-delivered-id"]
            if group["pending"]:
                first = (await self._redis.xpending(stream, group["name"]))["min"] or first
            bounds.append(_position(first))
        return min(bounds, default=None)


def _text(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name


def _position(entry_id: bytes | str) -> Position:
    moment, _, number = _text(entry_id).partition("-")
    return int(moment), int(number or 0)
