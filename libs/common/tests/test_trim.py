"""Trimming on a real Valkey: only what every group has acknowledged goes."""

import asyncio
from uuid import UUID, uuid4

from aos_common.db import Database
from aos_common.outbox import publish
from aos_common.trim import Trimmer
from google.protobuf.wrappers_pb2 import StringValue
from redis.asyncio import Redis


async def _feed(database: Database, tenant: UUID, stream: str) -> None:
    async with database.tenant_tx(tenant) as connection:
        await publish(connection, tenant_id=tenant, stream=stream, type_="t", message=StringValue(value="x"))


async def test_trim_when_groups_lag_then_nothing_unacknowledged_is_lost(
    database: Database, redis: Redis, tenant: UUID
) -> None:
    stream = f"aod:{uuid4().hex}"
    await _feed(database, tenant, stream)
    for _ in range(500):
        await redis.xadd(stream, {"n": 1})
    trimmer = Trimmer(database, redis, {})
    assert (await trimmer.trim(), await redis.xlen(stream)) == (0, 500), "without a group nothing goes"
    for group in ("fast", "slow"):
        await redis.xgroup_create(stream, group, id="0")
    fast = await redis.xreadgroup("fast", "a", {stream: ">"}, count=500)
    slow = await redis.xreadgroup("slow", "a", {stream: ">"}, count=300)
    ids = [entry_id for entry_id, _ in _entries(fast)]
    await redis.xack(stream, "fast", *ids)
    await redis.xack(stream, "slow", *ids[:200])
    await trimmer.trim()
    left = [entry_id for entry_id, _ in await redis.xrange(stream)]
    assert set(ids[200:]) <= set(left), "pending and unread entries stay"
    assert len(left) < 500
    again = await redis.xreadgroup("slow", "a", {stream: "0"}, count=500)
    assert [fields for _, fields in _entries(again)] == [{b"n": b"1"}] * 100
    assert len(_entries(slow)) == 300


async def test_trim_when_a_stream_is_tailed_then_old_entries_go(database: Database, redis: Redis, tenant: UUID) -> None:
    stream = f"aod:{uuid4().hex}"
    await _feed(database, tenant, stream)
    for _ in range(300):
        await redis.xadd(stream, {"n": 1})
    await Trimmer(database, redis, {stream: 60.0}).trim()
    assert await redis.xlen(stream) == 300
    await asyncio.sleep(0.05)
    await Trimmer(database, redis, {stream: 0.01}).trim()
    assert await redis.xlen(stream) < 300


def _entries(answer: object) -> list[tuple[bytes, dict[bytes, bytes]]]:
    pairs = answer.items() if isinstance(answer, dict) else answer
    found = [batch for _, batch in pairs]  # type: ignore[union-attr]  # RESP2's pairs or RESP3's map
    flat = found[0] if found else []
    return flat[0] if flat and isinstance(flat[0], list) else flat
