"""Telling what flows: it cannot fail or hold up the work, and what cannot be kept is counted."""

import asyncio
import time
from typing import Any
from uuid import uuid4

import pytest
from aos_common import flow
from aos_common.flow import Buffer, Stage, Status, tell
from aos_common.flow_publisher import FlowPublisher
from aos_common.streams import Event, entries_of
from aos_local.processes.ports import free_port
from autonomos.events.v1 import events_pb2
from redis.asyncio import Redis


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Buffer:
    made = Buffer()
    monkeypatch.setattr(flow, "buffer", made)
    return made


class Awkward:
    def __str__(self) -> str:
        raise RuntimeError("I do not want to be text")


def test_tell_when_something_about_it_is_impossible_then_it_is_dropped_and_the_work_goes_on(kept: Buffer) -> None:
    tell("aam", uuid4(), Stage.EVENT_INGESTED, Status.SUCCESS, "stream:x", value=Awkward())
    assert (kept.take(10), kept.dropped) == ([], 1)


def test_tell_when_words_are_many_or_long_or_secret_then_they_are_bounded_and_scrubbed(kept: Buffer) -> None:
    words = {f"w{number}": "x" * 1000 for number in range(40)}
    tell("aam", uuid4(), Stage.CONNECTION_FAILURE, Status.FAILURE, "c", error="postgresql://u:hunter2@db/x", **words)
    [event] = kept.take(10)
    assert len(event.metadata) <= flow.MOST_WORDS
    assert max(map(len, event.metadata.values())) <= flow.MOST_LENGTH
    assert "hunter2" not in event.metadata["error"]


def test_buffer_when_nobody_publishes_then_the_oldest_make_room(kept: Buffer) -> None:
    small = Buffer(3)
    for number in range(5):
        tell("dcl", uuid4(), Stage.MATERIALIZED, Status.SUCCESS, f"view:{number}")
    for event in kept.take(10):
        small.add(event)
    assert [event.entity_id for event in small.take(10)] == ["view:2", "view:3", "view:4"]
    assert small.dropped == 2


def test_tell_when_nobody_publishes_then_a_call_costs_far_less_than_a_millisecond(kept: Buffer) -> None:
    began = time.process_time()
    for _ in range(2000):
        tell("aam", uuid4(), Stage.EVENT_INGESTED, Status.SUCCESS, "stream:x", seconds=0.1, rows=5, run=uuid4())
    assert (time.process_time() - began) / 2000 < 0.001


async def test_publisher_when_valkey_is_there_then_events_are_on_their_layers_streams(
    kept: Buffer, redis: Redis
) -> None:
    tenant = uuid4()
    tell("aam", tenant, Stage.EVENT_INGESTED, Status.SUCCESS, "stream:x", seconds=0.25, rows=7)
    tell("dcl", tenant, Stage.MATERIALIZED, Status.SUCCESS, "view:account")
    await FlowPublisher(redis, "aam", kept).publish(kept.take(10))
    streams: dict[Any, Any] = {"aam:flow": "0", "dcl:flow": "0"}
    found = [(stream, Event.from_fields(fields)) for stream, _, fields in entries_of(await redis.xread(streams))]
    mine = {stream: events_pb2.FlowEvent.FromString(event.data) for stream, event in found if event.tenant_id == tenant}
    assert (mine["aam:flow"].stage, mine["aam:flow"].duration_ms) == ("event_ingested", 250.0)
    assert dict(mine["aam:flow"].metadata) == {"rows": "7"}
    assert not mine["dcl:flow"].HasField("duration_ms")


async def test_publisher_when_valkey_is_away_then_events_are_dropped_and_counted(kept: Buffer) -> None:
    gone = Redis(port=free_port(), socket_connect_timeout=0.2)
    for _ in range(3):
        tell("aam", uuid4(), Stage.EVENT_INGESTED, Status.SUCCESS, "stream:x")
    task = asyncio.create_task(FlowPublisher(gone, "aam", kept).run())
    async with asyncio.timeout(10):
        while kept.dropped < 3:
            await asyncio.sleep(0.02)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await gone.aclose()
