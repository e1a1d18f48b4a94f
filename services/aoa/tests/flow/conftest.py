"""A real Valkey, and who publishes to it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from aoa.adapters.flow_feed import FlowFeed
from aos_common.flow import FlowEvent, Stage, Status
from aos_common.flow_publisher import FlowPublisher
from aos_local.testing import valkey
from redis.asyncio import Redis

Publish = Callable[..., Awaitable[None]]


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    with valkey() as url:
        yield url


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(valkey_url)
    yield client
    await client.aclose()


@pytest.fixture
def publish(redis: Redis) -> Publish:
    async def publish(tenant: UUID, *names: str, layer: str = "aam") -> None:
        made = [FlowEvent(tenant, layer, Stage.EVENT_INGESTED, Status.SUCCESS, name, 1.5, {}, "") for name in names]
        await FlowPublisher(redis, "test").publish(made)

    return publish


@pytest.fixture
async def feed(redis: Redis) -> AsyncIterator[FlowFeed]:
    import asyncio

    feed = FlowFeed(redis)
    task = asyncio.create_task(feed.run())
    yield feed
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def name_of(told: Any) -> str:
    """What was told, or the signal."""
    return told.record.entity_id if hasattr(told, "record") else str(told)
