"""The feed: each viewer gets its tenant's events once and in order, whatever happens to its connection."""

import asyncio
import random
from contextlib import aclosing
from uuid import UUID, uuid4

from aoa.adapters.flow_feed import FlowFeed
from aoa.domain.flow import Position, Signal, Told
from redis.asyncio import Redis


async def _seen(feed: FlowFeed, tenant: UUID, count: int, after: Position | None = None) -> list[Told]:
    """The next events, without signals."""
    got: list[Told] = []
    async with asyncio.timeout(20), aclosing(feed.follow(tenant, after, 5.0)) as heard:
        async for several in heard:
            got += [one for one in several if isinstance(one, Told)]
            if len(got) >= count:
                break
    return got[:count]


def _names(told: list[Told]) -> list[str]:
    return [one.record.entity_id for one in told]


async def test_viewer_when_others_are_told_things_then_hears_its_own_tenant_alone(feed, publish) -> None:
    mine, other = uuid4(), uuid4()
    watching = asyncio.create_task(_seen(feed, mine, 3))
    await asyncio.sleep(0.1)
    await publish(other, "x", "y")
    await publish(mine, "a", "b")
    await publish(other, "z", layer="agent")
    await publish(mine, "c", layer="dcl")
    assert sorted(_names(await watching)) == ["a", "b", "c"]
    assert feed.newest(other, 10)[1] != feed.newest(mine, 10)[1], "a position tells nothing of other tenants' events"


async def test_viewer_when_it_reconnects_two_hundred_times_then_nothing_is_missed_or_seen_twice(feed, publish) -> None:
    tenant, rng = uuid4(), random.Random(7)
    names = [f"e{number}" for number in range(600)]

    async def tell() -> None:
        for start in range(0, len(names), 5):
            await publish(tenant, *names[start : start + 5], layer=rng.choice(("aam", "dcl", "agent")))

    teller = asyncio.create_task(tell())
    got: list[str] = []
    position = Position.parse(str(feed.newest(tenant, 1)[1]))
    for _ in range(200):
        for told in await _seen(feed, tenant, 3, position):
            got.append(told.record.entity_id)
            position = Position.parse(str(told.position))
    await teller
    assert len(got) == len(set(got)) == len(names)


async def test_viewer_when_it_cannot_keep_up_then_is_told_and_holds_nobody_up(redis: Redis, publish) -> None:
    feed, tenant = FlowFeed(redis, most_waiting=5), uuid4()
    async with aclosing(feed.follow(tenant, None, 5.0)) as slow:
        first = asyncio.ensure_future(anext(slow))
        await asyncio.sleep(0)
        await publish(tenant, *(f"e{number}" for number in range(20)))
        reading = asyncio.create_task(feed.run())
        heard = [await first]
        async with asyncio.timeout(5):
            while len(feed.newest(tenant, 50)[0]) < 20:
                await asyncio.sleep(0.02)
        heard.append(await anext(slow))
        assert Signal.MISSED in [one for several in heard for one in several]
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_viewer_when_nothing_happens_then_hears_that_it_is_connected(feed) -> None:
    async with aclosing(feed.follow(uuid4(), None, 0.05)) as heard:
        assert [await anext(heard) for _ in range(2)] == [(Signal.QUIET,), (Signal.QUIET,)]


async def test_feed_when_an_entry_is_not_an_event_then_goes_on_with_the_next(feed, publish, redis: Redis) -> None:
    tenant = uuid4()
    watching = asyncio.create_task(_seen(feed, tenant, 1))
    await asyncio.sleep(0.1)
    await redis.xadd("aam:flow", {"anything": "else"})
    await publish(tenant, "after")
    assert _names(await watching) == ["after"]


async def test_feed_when_it_starts_later_then_shows_what_is_kept(redis: Redis, publish) -> None:
    tenant = uuid4()
    await publish(tenant, "before")
    feed = FlowFeed(redis)
    reading = asyncio.create_task(feed.run())
    async with asyncio.timeout(10):
        while not (newest := feed.newest(tenant, 5)[0]):
            await asyncio.sleep(0.02)
    assert _names(list(newest)) == ["before"]
    assert feed.stale_seconds() < 5
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
