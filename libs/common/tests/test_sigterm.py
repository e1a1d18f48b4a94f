"""What `runner` does to a process in the role `consume` at SIGTERM: its tasks are cancelled, wherever they are."""

import asyncio
from contextlib import suppress
from uuid import UUID, uuid4

import pytest
from aos_common.db import Database
from aos_common.outbox import Relay, publish
from aos_common.streams import Consumer, Event, first_delivery
from google.protobuf.wrappers_pb2 import StringValue
from redis.asyncio import Redis

EVENTS = 20


@pytest.mark.parametrize("point", ["before its effect", "within the transaction", "after the commit"])
async def test_consumer_when_told_to_stop_then_the_next_one_finishes_and_every_effect_is_there_once(
    database: Database, redis: Redis, tenant: UUID, point: str
) -> None:
    source, effects, group = f"aod:{uuid4()}", f"aod:{uuid4()}", uuid4().hex
    reached = asyncio.Event()

    async def say(stream: str, text: str) -> None:
        async with database.tenant_tx(tenant) as connection:
            message = StringValue(value=text)
            await publish(connection, tenant_id=tenant, stream=stream, type_="test.said", message=message)

    async def pause(here: str, number: int) -> None:
        if here == point and number == EVENTS // 2 and not reached.is_set():
            reached.set()
            await asyncio.Event().wait()

    async def handle(event: Event) -> None:
        text = StringValue.FromString(event.data)
        number = int(text.value)
        await pause("before its effect", number)
        async with database.tenant_tx(tenant) as connection:
            if await first_delivery(connection, group, event):
                await publish(connection, tenant_id=tenant, stream=effects, type_="test.done", message=text)
            await pause("within the transaction", number)
        await pause("after the commit", number)

    def consumer() -> Consumer:
        options = {"group": group, "name": uuid4().hex, "handler": handle, "claim_after_seconds": 0.2}
        return Consumer(redis, database, streams=[source], **options)

    for number in range(EVENTS):
        await say(source, str(number))
    relay = Relay(database, redis, "aod")
    await relay.relay_once()
    stopped = asyncio.create_task(consumer().run())
    await asyncio.wait_for(reached.wait(), 10)
    stopped.cancel()
    with suppress(asyncio.CancelledError):
        await stopped
    following = asyncio.create_task(consumer().run())
    async with asyncio.timeout(15):
        while await redis.xlen(effects) < EVENTS or (await redis.xpending(source, group))["pending"]:
            await relay.relay_once()
            await asyncio.sleep(0.05)
    following.cancel()
    with suppress(asyncio.CancelledError):
        await following
    done = [StringValue.FromString(fields[b"data"]).value for _, fields in await redis.xrange(effects)]
    assert sorted(done, key=int) == [str(number) for number in range(EVENTS)]
