"""Each service's own traffic works, and nothing of another's can be written or looked for."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from aos_common.streams import Consumer, Event, Tail
from aos_common.valkey import connect
from aos_local import testing
from aos_local.backing.valkey_acl import CONSUMED, FOLLOWED, WATCHED, acl
from aos_local.secrets import SecretStore
from aos_local.settings import SERVICES
from aos_local.valkey_users import url_for
from redis.asyncio import Redis
from redis.exceptions import AuthenticationError, NoPermissionError

ENVELOPE = {
    "specversion": "1.0",
    "source": "test",
    "type": "t",
    "time": "2026-01-01T00:00:00+00:00",
    "traceparent": "",
    "data": b"x",
}


@pytest.fixture(scope="module")
def admin_url() -> Iterator[str]:
    with testing.valkey() as url:
        yield url


@pytest.fixture
async def users(admin_url: str) -> AsyncIterator[dict[str, Redis]]:
    clients = {name: connect(_as(admin_url, name)) for name in (*SERVICES, "admin", "probe")}
    yield clients
    await clients["admin"].flushall()
    for client in clients.values():
        await client.aclose()


def _as(url: str, user: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{user}:{parts.password}@{parts.hostname}:{parts.port}"))


def _envelope() -> dict[str, str | bytes]:
    return {**ENVELOPE, "id": str(uuid4()), "tenantid": str(uuid4())}


@pytest.mark.parametrize("service", SERVICES)
async def test_user_when_it_writes_its_own_keys_then_relay_counters_and_transactions_work(
    users: dict[str, Redis], service: str
) -> None:
    redis = users[service]
    async with redis.pipeline(transaction=False) as pipeline:
        pipeline.xadd(f"{service}:audit", _envelope())
        pipeline.set(f"{service}:relay", "now")
        pipeline.set(f"{service}:failed:1", 0, ex=900, nx=True)
        pipeline.incr(f"{service}:failed:1")
        assert await pipeline.execute()
    assert await redis.get(f"{service}:relay") == b"now"
    assert await redis.mget([f"{service}:failed:1", f"{service}:failed:2"]) == [b"1", None]
    assert await redis.delete(f"{service}:failed:1") == 1
    async with redis.pipeline(transaction=True) as pipeline:
        pipeline.set(f"{service}:a", 1).expire(f"{service}:a", 5)
        assert await pipeline.execute()


@pytest.mark.parametrize("service", SERVICES)
async def test_user_when_it_follows_and_consumes_what_it_should_then_events_arrive_and_are_acknowledged(
    users: dict[str, Redis], service: str
) -> None:
    admin, got = users["admin"], asyncio.Queue[str]()
    streams = [stream.replace("*", "0") for stream in CONSUMED[service]]

    def put(name: str):  # type: ignore[no-untyped-def]  # a handler made for a test
        async def handle(_: Event) -> None:
            got.put_nowait(name)

        return handle

    tasks = [Tail(users[service], stream, put(stream), seconds=60).run for stream in WATCHED]
    if streams:
        # Without a database: nothing of this test dies.
        tasks.append(
            Consumer(
                users[service],
                None,  # type: ignore[arg-type]  # see above
                streams=streams,
                group=service,
                name="one",
                handler=put("group"),
                claim_after_seconds=0,
            ).run
        )
    running = [asyncio.create_task(task()) for task in tasks]
    await asyncio.sleep(0.2)
    for stream in (*WATCHED, *streams):
        await admin.xadd(stream, _envelope())
        await admin.xadd(stream, {"not": "an event"})
    async with asyncio.timeout(10):
        arrived = [await got.get() for _ in range(len(WATCHED) + len(streams))]
        for stream in streams:
            while (await admin.xpending(stream, service))["pending"] or not await admin.exists(
                f"{service}:dead:{stream}"
            ):
                await asyncio.sleep(0.05)
    assert sorted(arrived) == sorted([*WATCHED, *["group"] * len(streams)])
    for task in running:
        task.cancel()
    await asyncio.gather(*running, return_exceptions=True)


@pytest.mark.parametrize("service", SERVICES)
async def test_user_when_it_touches_anothers_keys_then_it_is_refused(users: dict[str, Redis], service: str) -> None:
    redis, admin = users[service], users["admin"]
    foreign = [f"{other}:{name}" for other in SERVICES if other != service for name in ("audit", "relay", "x")]
    foreign += [stream.replace("*", "0") for stream in (*WATCHED, *CONSUMED[service]) if not stream.startswith(service)]
    foreign += ["dcl:mappings"] if service != "dcl" else []
    await admin.xadd("aoa:private", {"a": "b"})
    for key in foreign:
        for refused in (
            ("XADD", key, "*", "a", "b"),
            ("SET", key, "1"),
            ("DEL", key),
            ("XTRIM", key, "MAXLEN", "0"),
            ("XDEL", key, "1-1"),
            ("XGROUP", "DESTROY", key, "g"),
            ("XGROUP", "SETID", key, "g", "0"),
            ("EXPIRE", key, "1"),
            ("GET", key),
            ("COPY", key, f"{service}:copy"),
            ("RENAME", f"{service}:x", key),
        ):
            with pytest.raises(NoPermissionError):
                await redis.execute_command(*refused)
    if service != "aoa":
        for reading in (("XREAD", "STREAMS", "aoa:private", "0"), ("XRANGE", "aoa:private", "-", "+")):
            with pytest.raises(NoPermissionError):
                await redis.execute_command(*reading)


async def test_flow_when_published_then_its_follower_alone_reads_it(users: dict[str, Redis]) -> None:
    streams = FOLLOWED["aoa"]
    await users["aam"].xadd("aam:flow", {"a": "b"})
    await users["dcl"].xadd("dcl:flow", {"a": "b"})
    await users["aoa"].xadd("agent:flow", {"a": "b"})
    assert len(await users["aoa"].xread(dict.fromkeys(streams, "0"))) == len(streams)
    for service in set(SERVICES) - {"aoa"}:
        for foreign in set(streams) - {f"{service}:flow"}:
            with pytest.raises(NoPermissionError):
                await users[service].xread({foreign: "0"})
            with pytest.raises(NoPermissionError):
                await users[service].xadd(foreign, {"a": "b"})


@pytest.mark.parametrize("service", [*SERVICES, "probe"])
@pytest.mark.parametrize(
    "command",
    [
        "KEYS *", "SCAN 0", "RANDOMKEY", "DBSIZE", "CONFIG GET *", "FLUSHALL", "FLUSHDB", "EVAL return(1) 0",
        "FUNCTION LIST", "ACL LIST", "ACL WHOAMI", "CLIENT LIST", "CLIENT KILL ID 1", "INFO", "SHUTDOWN NOSAVE",
        "MONITOR", "SAVE", "REPLICAOF NO ONE", "MODULE LIST", "PUBLISH c m", "SUBSCRIBE c", "SORT x",
        "SWAPDB 0 1",
    ],
)  # fmt: skip
async def test_user_when_it_lists_flushes_scripts_or_configures_then_it_is_refused(
    users: dict[str, Redis], service: str, command: str
) -> None:
    with pytest.raises(NoPermissionError):
        await users[service].execute_command(*command.split())


async def test_default_user_when_nobody_signs_in_then_it_is_off(admin_url: str) -> None:
    parts = urlsplit(admin_url)
    for netloc in (f"{parts.hostname}:{parts.port}", f":{parts.password}@{parts.hostname}:{parts.port}"):
        stranger = connect(urlunsplit(parts._replace(netloc=netloc)))
        with pytest.raises(AuthenticationError):
            await stranger.ping()
        await stranger.aclose()


def test_acl_when_printed_then_holds_hashes_and_urls_get_each_services_password(tmp_path: Path) -> None:
    store = SecretStore(tmp_path)
    passwords = {user: store.password(f"valkey-{user}") for user in SERVICES}
    printed = acl(lambda user: store.password(f"valkey-{user}"))
    assert not any(password in printed for password in passwords.values())
    template = "rediss://{service}:{password}@cache:6380/0"
    assert url_for(template, "aam", store) == f"rediss://aam:{passwords['aam']}@cache:6380/0"
    assert url_for("redis://mine:pw@cache/0", "aam", store) == "redis://mine:pw@cache/0"
