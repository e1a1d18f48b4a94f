"""Watching an Airbyte deployment, which a stand-in plays that Airbyte's own client accepts."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from aam.adapters.watching.airbyte import Airbyte, root_of
from aam.adapters.watching.watches import PostgresWatches
from aam.domain.watching import (
    InvalidWatch,
    WatchedSync,
    WatchExists,
    WatchNotFound,
    WatchState,
    interval_of,
    warning_of,
)
from aam.entrypoints.watching.api import WatchingApi
from aam.entrypoints.watching.worker import looks
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.errors import PermissionDenied
from aos_common.secrets import LocalKeys, SecretBox
from aos_local.airbyte import CLIENT_ID, CLIENT_SECRET, Deployment, airbyte

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
APPLICATION = {"client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}


@pytest.fixture
def deployment() -> Iterator[Deployment]:
    with airbyte() as deployment:
        yield deployment


@pytest.fixture
def caller() -> Caller:
    return Caller(uuid4(), "ann", frozenset({"owner"}), "token")


@pytest.fixture
def watching(database: Database) -> WatchingApi:
    watches = PostgresWatches(database, SecretBox(LocalKeys([b"k" * 32])))
    return WatchingApi(watches, Airbyte(Egress("127.0.0.1")), lambda: NOW)


async def watch(watching: WatchingApi, caller: Caller, url: str, **secret: str) -> str:
    made = await watching.create(caller, "airbyte", url, dict(secret) or APPLICATION, 60, 1_440)
    return str(made.id)


async def seen(watching: WatchingApi, caller: Caller, watch_id: str) -> dict[str, WatchedSync]:
    await watching.look(caller.tenant_id, UUID(watch_id))
    return {one.name: one for one in (await watching.get(caller, watch_id))[1]}


async def test_deployment_when_watched_then_the_last_sync_of_each_connection_is_told(
    watching: WatchingApi, caller: Caller, deployment: Deployment
) -> None:
    good, bad, old = (deployment.connect(name) for name in ("good", "bad", "old"))
    deployment.connect("new")
    deployment.connect("off", status="inactive")
    deployment.connect("by hand", schedule={"scheduleType": "manual"})
    deployment.run(good, "failed", "2026-03-09T00:00:00Z")
    last = deployment.run(good, "succeeded", "2026-03-10T00:00:00Z", rowsSynced=7, bytesSynced=70)
    deployment.run(bad, "failed", "2026-03-10T00:00:00Z")
    deployment.run(old, "succeeded", "2026-03-08T11:00:00Z", rowsSynced=0, bytesSynced=0)
    made = await watch(watching, caller, deployment.url)
    found = await seen(watching, caller, made)
    assert {name: one.warning for name, one in found.items()} == {
        "bad": "The last sync failed.",
        "new": "It has never been synced.",
        "old": "The last sync was on 2026-03-08 11:00 UTC; it should not be older than 48 hours.",
        "by hand": "",
        "good": "",
        "off": "",
    }
    assert [*found][:3] == ["bad", "new", "old"]
    one = found["good"]
    assert (one.job_id, one.job_status, one.rows, one.bytes) == (last, "succeeded", 7, 70)
    assert one.started_at == datetime(2026, 3, 10, tzinfo=UTC)
    assert {line.partition(" ")[0] for line in deployment.asked} == {"GET", "POST"}
    assert [line for line in deployment.asked if line.startswith("POST")] == ["POST /api/public/v1/applications/token"]
    watch_, _ = await watching.get(caller, made)
    assert (watch_.state, watch_.error, watch_.checked_at) == (WatchState.OK, "", NOW)
    deployment.run(bad, "succeeded", "2026-03-10T11:00:00Z")
    assert (await seen(watching, caller, made))["bad"].warning == ""


async def test_connections_when_more_than_a_page_then_all_are_seen_with_one_token_renewed_once(
    watching: WatchingApi, caller: Caller, deployment: Deployment
) -> None:
    for number in range(230):
        deployment.connect(f"c{number}")
    made = await watch(watching, caller, deployment.url)
    assert len(await seen(watching, caller, made)) == 230
    assert deployment.asked.count("GET /api/public/v1/connections") == 3
    assert deployment.asked.count("POST /api/public/v1/applications/token") == 1


class ShortLived(set[str]):
    """Tokens of which the first ends after some uses."""

    def __init__(self, uses: int) -> None:
        super().__init__()
        self._uses = uses

    def __contains__(self, token: object) -> bool:
        self._uses -= 1
        return super().__contains__(token) and self._uses != 0


async def test_token_when_it_ends_midway_then_is_renewed_and_no_connection_is_missed(
    watching: WatchingApi, caller: Caller, deployment: Deployment
) -> None:
    for number in range(30):
        deployment.connect(f"c{number}")
    deployment.tokens = ShortLived(9)
    made = await watch(watching, caller, deployment.url)
    assert len(await seen(watching, caller, made)) == 30
    assert deployment.asked.count("POST /api/public/v1/applications/token") == 2


async def test_deployment_when_it_fails_then_the_watch_says_why_keeps_what_was_seen_and_goes_on(
    watching: WatchingApi, caller: Caller, deployment: Deployment, database: Database
) -> None:
    deployment.connect("one")
    deployment.tokens.add("a-token")
    made = await watch(watching, caller, deployment.url, bearer_token="a-token")
    assert len(await seen(watching, caller, made)) == 1
    for answer, said in (
        ((500, b"{}"), "answered 500"),
        ((200, b"<html>"), "not as Airbyte's API does"),
        ((200, b'{"data": [{"name": 1}]}'), "not as Airbyte's API does"),
        ((200, b'{"data": {}}'), "not as Airbyte's API does"),
        ((200, b" " * (9 << 20)), "longer than any"),
        ((403, b"{}"), "does not accept the credential"),
        ((302, b"{}"), "answered 302"),
    ):
        deployment.answer = answer
        assert len(await seen(watching, caller, made)) == 1
        failed, _ = await watching.get(caller, made)
        assert failed.state is WatchState.FAILED
        assert said in failed.error
        assert "a-token" not in failed.error
    deployment.answer = None
    await seen(watching, caller, made)
    assert (await watching.get(caller, made))[0].state is WatchState.OK
    async with database.tenant_tx(caller.tenant_id) as tx:
        keys = (await tx.execute(sa.text("SELECT key FROM jobs WHERE kind = 'watch' ORDER BY run_at"))).scalars().all()
    assert set(keys) == {f"{made} {NOW.isoformat()}", f"{made} {(NOW + timedelta(seconds=60)).isoformat()}"}


async def test_address_when_it_is_not_allowed_then_nothing_is_asked_and_the_watch_says_so(
    database: Database, caller: Caller, deployment: Deployment
) -> None:
    watches = PostgresWatches(database, SecretBox(LocalKeys([b"k" * 32])))
    closed = WatchingApi(watches, Airbyte(Egress()), lambda: NOW)
    made = await watch(closed, caller, deployment.url)
    assert await seen(closed, caller, made) == {}
    assert "may connect to" in (await closed.get(caller, made))[0].error
    assert deployment.asked == []


async def test_worker_when_a_look_is_due_then_looks_and_queues_the_next(
    watching: WatchingApi, caller: Caller, deployment: Deployment, database: Database
) -> None:
    deployment.connect("one")
    real = replace(watching, clock=lambda: datetime.now(UTC))
    made = await watch(real, caller, deployment.url)
    worker = asyncio.create_task(looks(database, real).run())
    try:
        async with asyncio.timeout(20):
            while (await real.get(caller, made))[0].state is not WatchState.OK:
                await asyncio.sleep(0.05)
    finally:
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)
    async with database.tenant_tx(caller.tenant_id) as tx:
        due = (await tx.execute(sa.text("SELECT run_at FROM jobs WHERE state = 'queued'"))).scalar_one()
    assert timedelta(seconds=30) < due - datetime.now(UTC) < timedelta(seconds=61)
    await real.delete(caller, made)
    with pytest.raises(WatchNotFound):
        await real.look(caller.tenant_id, UUID(made))


async def test_credential_when_stored_then_is_sealed_and_in_no_answer(
    watching: WatchingApi, caller: Caller, database: Database
) -> None:
    made = await watch(watching, caller, "https://airbyte.example.com", bearer_token="hunter2-hunter2")
    async with database.tenant_tx(caller.tenant_id) as tx:
        row = (await tx.execute(sa.text("SELECT * FROM watches"))).one()
    assert "hunter2" not in f"{row}"
    assert b"hunter2" not in bytes(row.secret)
    assert await watching.watches.secret(caller.tenant_id, UUID(made)) == {"bearer_token": "hunter2-hunter2"}


async def test_tenants_when_two_then_neither_sees_nor_ends_the_others_watch(
    watching: WatchingApi, caller: Caller
) -> None:
    made = await watch(watching, caller, "https://airbyte.example.com")
    other = Caller(uuid4(), "eve", frozenset({"owner"}), "token")
    assert await watching.all(other) == []
    for call in (watching.get, watching.delete):
        with pytest.raises(WatchNotFound):
            await call(other, made)
    viewer = Caller(caller.tenant_id, "vic", frozenset({"viewer"}), "token")
    with pytest.raises(PermissionDenied):
        await watching.delete(viewer, made)
    with pytest.raises(WatchExists):
        await watch(watching, caller, "https://airbyte.example.com")


@pytest.mark.parametrize(
    ("url", "secret", "every"),
    [
        ("http://airbyte.example.com", APPLICATION, 60),
        ("https://user:pw@airbyte.example.com", APPLICATION, 60),
        ("ftp://airbyte.example.com", APPLICATION, 60),
        ("https://[::1", APPLICATION, 60),
        ("https://airbyte.example.com", {}, 60),
        ("https://airbyte.example.com", {"client_id": "x"}, 60),
        ("https://airbyte.example.com", {**APPLICATION, "bearer_token": "x"}, 60),
        ("https://airbyte.example.com", APPLICATION, 59),
    ],
)
async def test_watch_when_it_is_none_that_can_be_then_is_refused(
    watching: WatchingApi, caller: Caller, url: str, secret: dict[str, Any], every: int
) -> None:
    with pytest.raises(InvalidWatch):
        await watching.create(caller, "airbyte", url, dict(secret), every, 60)


def test_schedule_when_read_then_decides_from_when_on_a_sync_is_old() -> None:
    assert interval_of("Every 2 HOURS") == timedelta(hours=2)
    assert interval_of("every 30 minutes") == timedelta(minutes=30)
    assert interval_of("0 0 * * *") is None
    sync = WatchedSync("1", "a", "active", 1, "succeeded", started_at=NOW - timedelta(hours=5))
    assert warning_of(replace(sync, interval=timedelta(hours=3)), NOW, timedelta(hours=1)) == ""
    assert warning_of(sync, NOW, timedelta(hours=1)).endswith("older than 1 hours.")
    assert warning_of(replace(sync, manual=True), NOW, timedelta(hours=1)) == ""
    assert root_of("https://api.airbyte.com") == "https://api.airbyte.com/v1"
    assert root_of("http://127.0.0.1:8000") == "http://127.0.0.1:8000/api/public/v1"
