"""Statistics, freshness and alarms from real runs over real sources, at times that the tests choose."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
import pytest
import sqlalchemy as sa
from aam.domain.connection import Connection
from aam.domain.errors import ConnectionNotFound
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.domain.run import SyncRun
from aam.entrypoints.api import AamApi
from aam.entrypoints.statistics.api import StatisticsApi
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.errors import InvalidRequest, PermissionDenied

ITEMS = Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))


@pytest.fixture
def caller() -> Caller:
    return Caller(uuid4(), "ann", frozenset({"owner"}), "token")


@pytest.fixture
def measuring(api: AamApi) -> StatisticsApi:
    return StatisticsApi(api.connections, api.statistics, api.clock)


async def connect(api: AamApi, caller: Caller, folder: Path, mappings: Any) -> Connection:
    (folder / "items.csv").write_text("id,n\n1,1\n2,2\n")
    mappings.known["items.csv"] = ITEMS
    made = await api.create(caller, "shop", "files", {"path": str(folder)}, [], "")
    await api.onboard(caller.tenant_id, made.id)
    return made


async def sync(api: AamApi, caller: Caller, connection: Connection) -> SyncRun:
    run = await api.sync(caller, str(connection.id), "")
    await api.run_sync(caller.tenant_id, run.id)
    return await api.run(caller, str(run.id))


async def told(api: AamApi, caller: Caller, connection: Connection) -> tuple[str, ...]:
    """The warnings, which the list, the connection and its explanation all have."""
    listed = (await api.list_connections(caller, 50, ""))[0][0].warnings
    found, _ = await api.connection(caller, str(connection.id))
    explained = await api.explain(caller, str(connection.id))
    assert listed == found.warnings == explained.connection.warnings
    assert set(listed) <= set(explained.story)
    return listed


async def test_run_when_it_ends_then_its_rows_bytes_and_seconds_are_told(
    api: AamApi, measuring: StatisticsApi, caller: Caller, tmp_path: Path, mappings: Any
) -> None:
    connection = await connect(api, caller, tmp_path, mappings)
    before = datetime.now(UTC)
    [stream] = (await sync(api, caller, connection)).streams
    assert stream.stats.bytes > 100
    assert stream.stats.whole
    assert stream.stats.seconds is not None
    assert 0 < stream.stats.seconds < 60
    assert stream.stats.rate(stream.rows_read) == pytest.approx(2 / stream.stats.seconds)
    found = await measuring.measure(caller, str(connection.id))
    [figures] = found.streams
    assert figures.last == stream
    assert figures.health.last_success_at is not None
    assert figures.health.last_success_at >= before
    assert (found.fresh_within, found.is_fresh(figures), figures.newest_at) == (None, None, None)


async def test_stream_when_it_gives_no_row_any_more_then_there_is_an_alarm_that_ends_by_itself(
    api: AamApi, caller: Caller, source_url: str, mappings: Any
) -> None:
    mappings.known["empty.items"] = ITEMS
    with psycopg.connect(source_url, autocommit=True) as shop:
        shop.execute("CREATE SCHEMA empty")
        shop.execute("CREATE TABLE empty.items (id int PRIMARY KEY, n int)")
        shop.execute("INSERT INTO empty.items VALUES (1, 1), (2, 2)")
        made = await api.create(caller, "empty", "postgres", {"url": source_url, "schemas": ["empty"]}, [], "")
        await api.onboard(caller.tenant_id, made.id)
        await sync(api, caller, made)
        assert await told(api, caller, made) == ()
        shop.execute("DELETE FROM empty.items")
        await sync(api, caller, made)
        [said] = await told(api, caller, made)
        assert said.startswith("empty.items: It was read whole on")
        await sync(api, caller, made)
        assert len(await told(api, caller, made)) == 1
        shop.execute("INSERT INTO empty.items VALUES (3, 3)")
        await sync(api, caller, made)
        assert await told(api, caller, made) == ()
        shop.execute("DROP SCHEMA empty CASCADE")


async def test_table_when_its_changes_stop_then_there_is_an_alarm_and_its_lag_is_of_its_newest_row(
    api: AamApi, measuring: StatisticsApi, caller: Caller, source_url: str, mappings: Any, database: Database
) -> None:
    mappings.known["beat.items"] = ITEMS
    with psycopg.connect(source_url, autocommit=True) as shop:
        shop.execute("CREATE SCHEMA beat")
        shop.execute("CREATE TABLE beat.items (id int PRIMARY KEY, n int, updated_at timestamptz NOT NULL)")
        shop.execute("INSERT INTO beat.items SELECT i, i, '2026-01-01Z' FROM generate_series(1, 5) i")
        settings = {"url": source_url, "schemas": ["beat"], "cursor_lag_seconds": 0}
        made = await api.create(caller, "beat", "postgres", settings, [], "")
        await api.onboard(caller.tenant_id, made.id)
        for hour in range(16):
            if 1 <= hour <= 12:
                moment = f"2026-01-02 {hour:02}:00:00Z"
                shop.execute("UPDATE beat.items SET updated_at = %s WHERE id <= 4", [moment])
            run = await sync(api, caller, made)
            assert run.streams[0].rows_read == (5 if not hour else 4 if hour <= 12 else 0)
            async with database.tenant_tx(caller.tenant_id) as tx:
                ended = {"run": run.id, "at": datetime(2026, 1, 2, hour, tzinfo=UTC)}
                await tx.execute(sa.text("UPDATE stream_runs SET ended_at = :at WHERE run_id = :run"), ended)
            await api.run_sync(caller.tenant_id, run.id)  # judged again, by the hour that it ended at now
            silent = hour == 15
            assert bool((await api.statistics.figures(caller.tenant_id, made.id))[0].health.alarm) == silent, hour
        shop.execute("DROP SCHEMA beat CASCADE")
    [said] = await told(api, caller, made)
    assert said.startswith("beat.items: No row came for 3.0 hours, where 4.0 an hour came before")
    clock = datetime(2026, 1, 2, 14, tzinfo=UTC)
    found = await replace(measuring, clock=lambda: clock).measure(caller, str(made.id))
    assert found.streams[0].newest_at == datetime(2026, 1, 2, 12, tzinfo=UTC)
    assert found.lag(found.streams[0]) == timedelta(hours=2)


async def test_stream_when_it_is_not_as_fresh_as_wanted_then_there_is_a_warning_until_it_is(
    api: AamApi, measuring: StatisticsApi, caller: Caller, tmp_path: Path, mappings: Any
) -> None:
    connection = await connect(api, caller, tmp_path, mappings)
    await sync(api, caller, connection)
    later = datetime.now(UTC) + timedelta(minutes=61)
    at_later = replace(api, clock=lambda: later)
    assert await told(at_later, caller, connection) == ()
    await measuring.set_freshness(caller, str(connection.id), 60)
    assert await told(api, caller, connection) == ()
    [said] = await told(at_later, caller, connection)
    assert said.endswith("and should not be older than 60 minutes.")
    found = await replace(measuring, clock=at_later.clock).measure(caller, str(connection.id))
    assert (found.is_fresh(found.streams[0]), found.fresh_within) == (False, timedelta(hours=1))
    await measuring.set_freshness(caller, str(connection.id), None)
    assert await told(at_later, caller, connection) == ()
    with pytest.raises(InvalidRequest):
        await measuring.set_freshness(caller, str(connection.id), 0)


async def test_connection_when_it_has_a_schedule_then_twice_its_interval_is_fresh_enough(
    api: AamApi, measuring: StatisticsApi, caller: Caller, tmp_path: Path, mappings: Any, database: Database
) -> None:
    connection = await connect(api, caller, tmp_path, mappings)
    async with database.tenant_tx(caller.tenant_id) as tx:
        await tx.execute(sa.text("UPDATE connections SET every_minutes = 30"))
    at_later = replace(api, clock=lambda: datetime.now(UTC) + timedelta(minutes=61))
    [said] = await told(at_later, caller, connection)
    assert said == "items.csv: was never read, and should not be older than 60 minutes."
    assert (await measuring.measure(caller, str(connection.id))).fresh_within == timedelta(hours=1)
    async with database.tenant_tx(caller.tenant_id) as tx:
        await tx.execute(sa.text("UPDATE connections SET paused_at = now()"))
    assert await told(at_later, caller, connection) == ()


async def test_stream_when_it_fails_again_and_again_then_there_is_a_warning(
    api: AamApi, caller: Caller, tmp_path: Path, mappings: Any
) -> None:
    connection = await connect(api, caller, tmp_path, mappings)
    mappings.known["items.csv"] = replace(ITEMS, version=2, fields=(FieldMapping("gone", "n"),))
    await api.mapping_changed(caller.tenant_id, connection.id, "items.csv")
    for failures in (1, 2, 3):
        await sync(api, caller, connection)
        expected = ("items.csv: failed 3 times in a row.",) if failures == 3 else ()
        assert await told(api, caller, connection) == expected


async def test_slot_when_replication_is_on_then_check_and_explain_tell_its_lag_and_its_bound(
    api: AamApi, caller: Caller, source_url: str, mappings: Any
) -> None:
    mappings.known["held.items"] = ITEMS
    with psycopg.connect(source_url, autocommit=True) as shop:
        shop.execute("CREATE SCHEMA held")
        shop.execute("CREATE TABLE held.items (id int PRIMARY KEY, n int)")
        shop.execute("INSERT INTO held.items VALUES (1, 1)")
        settings = {"url": source_url, "schemas": ["held"], "replication": "required", "slot_drop_mb": 16}
        made = await api.create(caller, "held", "postgres", settings, [], "")
        await api.onboard(caller.tenant_id, made.id)
        await sync(api, caller, made)
        [note] = await api.check(caller, str(made.id))
        assert note in (await api.explain(caller, str(made.id))).story
        await api.delete(caller, str(made.id))
        shop.execute("DROP SCHEMA held CASCADE")
    assert note.endswith("of at most 16,777,216 bytes of the source's log.")


async def test_tenants_when_two_then_neither_sees_nor_sets_the_others(
    api: AamApi, measuring: StatisticsApi, caller: Caller, tmp_path: Path, mappings: Any
) -> None:
    connection = await connect(api, caller, tmp_path, mappings)
    other = Caller(uuid4(), "eve", frozenset({"owner"}), "token")
    with pytest.raises(ConnectionNotFound):
        await measuring.measure(other, str(connection.id))
    with pytest.raises(ConnectionNotFound):
        await measuring.set_freshness(other, str(connection.id), 5)
    viewer = Caller(caller.tenant_id, "vic", frozenset({"viewer"}), "token")
    with pytest.raises(PermissionDenied):
        await measuring.set_freshness(viewer, str(connection.id), 5)
