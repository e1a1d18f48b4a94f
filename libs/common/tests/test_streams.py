import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from aos_common.db import Database
from aos_common.errors import DependencyUnavailable
from aos_common.outbox import Relay, publish
from aos_common.streams import Consumer, Event, first_delivery
from google.protobuf.wrappers_pb2 import StringValue
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from sqlalchemy.ext.asyncio import AsyncConnection


async def _publish(database: Database, tenant: UUID, stream: str, text: str) -> UUID:
    async with database.tenant_tx(tenant) as connection:
        return await publish(
            connection, tenant_id=tenant, stream=stream, type_="test.said", message=StringValue(value=text)
        )


async def _until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def _consumer(
    redis: Redis, database: Database, stream: str, handler: Callable[[Event], Awaitable[None]], **options: Any
) -> Consumer:
    return Consumer(redis, database, streams=[stream], group="test", name=uuid4().hex, handler=handler, **options)


async def _stop(*tasks: "asyncio.Task[None]") -> None:
    for task in tasks:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_outbox_when_the_transaction_commits_then_the_event_arrives_with_its_tenant(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream, seen = f"aod:{uuid4()}", []

    async def handle(event: Event) -> None:
        seen.append(event)

    event_id = await _publish(database, tenant, stream, "hello")
    tasks = [asyncio.create_task(Relay(database, redis, "aod").run())]
    tasks.append(asyncio.create_task(_consumer(redis, database, stream, handle).run()))
    await _until(lambda: seen)
    assert (seen[0].id, seen[0].tenant_id) == (event_id, tenant)
    assert StringValue.FromString(seen[0].data).value == "hello"
    await asyncio.sleep(0.1)
    assert (await redis.xpending(stream, "test"))["pending"] == 0
    await _stop(*tasks)


async def test_outbox_when_the_transaction_rolls_back_then_nothing_is_published(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream = f"aod:{uuid4()}"
    with suppress(ZeroDivisionError):
        async with database.tenant_tx(tenant) as connection:
            await publish(connection, tenant_id=tenant, stream=stream, type_="t", message=StringValue(value="x"))
            raise ZeroDivisionError
    await Relay(database, redis, "aod").relay_once()
    assert not await redis.exists(stream)


async def test_consumer_when_a_peer_died_with_an_entry_then_it_is_taken_over(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream, seen = f"aod:{uuid4()}", []
    await _publish(database, tenant, stream, "orphan")
    await Relay(database, redis, "aod").relay_once()
    await redis.xgroup_create(stream, "test", id="0")
    await redis.xreadgroup("test", "dead-peer", {stream: ">"})

    async def handle(event: Event) -> None:
        seen.append(event.id)

    task = asyncio.create_task(_consumer(redis, database, stream, handle, claim_after_seconds=0.1).run())
    await _until(lambda: seen)
    await _stop(task)


async def test_consumer_when_an_entry_is_poison_then_it_is_buried_and_can_be_redriven(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream, broken, handled = f"aod:{uuid4()}", True, []
    await _publish(database, tenant, stream, "poison")
    await _publish(database, tenant, stream, "good")
    await Relay(database, redis, "aod").relay_once()

    async def handle(event: Event) -> None:
        if broken and b"poison" in event.data:
            raise ValueError("cannot")
        handled.append(event.data)

    told: list[tuple[bytes, str]] = []

    async def buried(connection: AsyncConnection, event: Event, error: str) -> None:
        assert (await connection.execute(sa.text("SELECT count(*) FROM dead_letters"))).scalar_one() == 1
        told.append((event.data, error))

    consumer = _consumer(redis, database, stream, handle, claim_after_seconds=0.02, max_deliveries=3, buried=buried)
    task = asyncio.create_task(consumer.run())

    async def dead() -> int:
        async with database.tenant_tx(tenant) as connection:
            return int((await connection.execute(sa.text("SELECT count(*) FROM dead_letters"))).scalar_one())

    async with asyncio.timeout(10):
        while not await dead():
            await asyncio.sleep(0.05)
    assert len(handled) == 1, "the poison entry must not stop the next one"
    assert [error for data, error in told if b"poison" in data] == ["ValueError: cannot"]
    broken = False
    assert await consumer.redrive(tenant) == 1
    assert (len(handled), await dead()) == (2, 0)
    await _stop(task)


async def test_consumer_when_a_store_was_away_for_long_then_one_real_failure_does_not_bury(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream, attempts = f"aod:{uuid4()}", []
    await _publish(database, tenant, stream, "patient")
    await Relay(database, redis, "aod").relay_once()

    async def handle(event: Event) -> None:
        attempts.append(event)
        if len(attempts) <= 5:
            raise DependencyUnavailable("the lake is away")
        if len(attempts) == 6:
            raise ValueError("a hiccup as it comes back")

    task = asyncio.create_task(
        _consumer(redis, database, stream, handle, claim_after_seconds=0.02, max_deliveries=3).run()
    )
    await _until(lambda: len(attempts) >= 7)
    await _stop(task)
    async with database.tenant_tx(tenant) as connection:
        assert (await connection.execute(sa.text("SELECT count(*) FROM dead_letters"))).scalar_one() == 0


async def test_consumer_when_the_database_is_away_as_it_buries_then_it_goes_on_and_buries_later(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream, away = f"aod:{uuid4()}", Database("postgresql://x:y@127.0.0.1:1/z", "aod")
    attempts: list[Event] = []
    await _publish(database, tenant, stream, "poison")
    await Relay(database, redis, "aod").relay_once()

    async def handle(event: Event) -> None:
        attempts.append(event)
        raise ValueError("never")

    task = asyncio.create_task(_consumer(redis, away, stream, handle, claim_after_seconds=0.02, max_deliveries=1).run())
    await _until(lambda: len(attempts) >= 3)
    assert not task.done()
    await _stop(task)
    assert (await redis.xpending(stream, "test"))["pending"] == 1
    await away.close()


async def test_consumer_when_an_entry_has_no_fields_then_it_goes_on(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    consumer = _consumer(redis, database, f"aod:{uuid4()}", _nothing)
    await consumer._create_groups()
    nothing: Any = None  # what Valkey answers for an entry that was trimmed while pending
    await consumer._process(consumer._streams[0], b"1-0", nothing)


async def _nothing(event: Event) -> None:
    return None


async def test_consumer_when_the_server_is_flushed_then_it_recovers(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream, seen = f"aod:{uuid4()}", []

    async def handle(event: Event) -> None:
        seen.append(event.data)

    task = asyncio.create_task(_consumer(redis, database, stream, handle).run())
    await asyncio.sleep(0.3)
    await redis.delete(stream)
    await _publish(database, tenant, stream, "after")
    await Relay(database, redis, "aod").relay_once()
    await _until(lambda: seen)
    await _stop(task)


async def test_outbox_when_the_streams_are_lost_then_everything_is_published_again(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream, source = f"aod:{uuid4()}", uuid4().hex
    relay = Relay(database, redis, source)
    await relay.relay_once()
    await _publish(database, tenant, stream, "kept")
    assert await relay.relay_once() == 1
    assert await relay.recover() == 0, "nothing is lost yet"
    await redis.delete(stream, f"{source}:relay")
    assert await relay.recover() >= 1
    while await relay.relay_once():
        pass
    assert await redis.xlen(stream) == 1


async def test_outbox_when_one_relay_publishes_then_another_neither_publishes_nor_recovers_meanwhile(
    database: Database, redis: Redis, tenant: UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the slower one would turn the marker back, and what the faster one published would be sent again."""
    stream, source = f"aod:{uuid4()}", uuid4().hex
    slow, fast = Relay(database, redis, source), Relay(database, redis, source)
    while await slow.relay_once():
        pass
    await _publish(database, tenant, stream, "one")
    entered, leave = asyncio.Event(), asyncio.Event()
    execute = Pipeline.execute

    async def held(pipeline: Any, *arguments: Any) -> Any:
        entered.set()
        await leave.wait()
        return await execute(pipeline, *arguments)

    monkeypatch.setattr(Pipeline, "execute", held)
    publishing = asyncio.create_task(slow.relay_once())
    await entered.wait()
    await _publish(database, tenant, stream, "two")
    async with asyncio.timeout(5):
        assert (await fast.relay_once(), await fast.recover()) == (None, 0)
    leave.set()
    assert (await publishing, await fast.relay_once()) == (1, 1)
    assert await fast.recover() == 0
    assert await redis.xlen(stream) == 2


async def test_inbox_when_an_event_comes_twice_then_the_second_is_not_first(database: Database, tenant: UUID) -> None:
    event = Event.from_fields(
        {
            b"id": str(uuid4()).encode(),
            b"type": b"t",
            b"source": b"s",
            b"tenantid": str(tenant).encode(),
            b"time": b"2026-01-01T00:00:00+00:00",
            b"data": b"",
        }
    )
    answers = []
    for _ in range(2):
        async with database.tenant_tx(tenant) as connection:
            answers.append(await first_delivery(connection, "test", event))
    assert answers == [True, False]
