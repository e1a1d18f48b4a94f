"""Reading a range again: its rows win over what is there, everything else stays, and later changes win over them."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aam.adapters.sources.postgres import PostgresConnector, reading
from aam.domain.connection import Connection
from aam.domain.errors import BackfillRefused
from aam.domain.mapping import Mapping
from aam.domain.run import RunState, SyncRun
from aam.domain.steering import RunPlan, Span
from aam.entrypoints.api import AamApi
from aam.entrypoints.steering.api import SteeringApi
from aos_common.auth import Caller
from aos_common.egress import Egress

Source = psycopg.Connection[Any]
MARCH = RunPlan(False, "2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z")
TABLE = "steered.items"


async def sync(api: AamApi, caller: Caller, made: Connection, plan: RunPlan | None = None) -> SyncRun:
    run = await api.sync(caller, str(made.id), "", (), plan or RunPlan())
    await api.run_sync(caller.tenant_id, run.id)
    return await api.run(caller, str(run.id))


@pytest.fixture
async def ready(
    api: AamApi, caller: Caller, connected: Connection, source: Source, mappings: Any, items: Mapping
) -> Connection:
    """A table with a row a day from the 1st of January 2026 on, one hundred of them; the first sync is done."""
    source.execute("CREATE TABLE steered.items (id int PRIMARY KEY, n int, updated_at timestamptz NOT NULL)")
    source.execute(
        "INSERT INTO steered.items SELECT n, n, timestamptz '2025-12-31T12:00:00Z' + n * interval '1 day'"
        " FROM generate_series(1, 100) n"
    )
    mappings.known[TABLE] = items
    await api.onboard(caller.tenant_id, connected.id)
    assert (await sync(api, caller, connected)).streams[0].rows_published == 100
    return connected


async def test_backfill_when_rows_were_corrected_unseen_then_reads_the_range_and_leaves_all_else(
    api: AamApi, caller: Caller, ready: Connection, source: Source, view: Callable[[], Awaitable[Any]]
) -> None:
    before = await view()
    [stream] = await api.connections.streams(caller.tenant_id, ready.id)
    source.execute("UPDATE steered.items SET n = n + 1000")  # of all months, and no time tells of it
    source.execute("DELETE FROM steered.items WHERE id IN (10, 70)")
    run = await sync(api, caller, ready, MARCH)
    assert (run.state, run.plan, run.error) == (RunState.SUCCEEDED, MARCH, "")
    march = [str(n) for n in range(60, 91)]
    assert (run.streams[0].rows_read, run.streams[0].rows_published) == (30, 30)
    seen = await view()
    changed = {key for key in seen if seen[key] != before[key]}
    assert (changed, len(seen)) == ({key for key in march if key != "70"}, 100)
    assert all(seen[key] == int(key) + 1000 for key in changed)
    [after] = await api.connections.streams(caller.tenant_id, ready.id)
    assert (after.cursor, after.published_mapping) == (stream.cursor, stream.published_mapping)
    assert after.version > stream.version


async def test_backfill_when_it_is_over_then_later_changes_win_and_none_was_missed(
    api: AamApi, caller: Caller, ready: Connection, source: Source, view: Callable[[], Awaitable[Any]]
) -> None:
    source.execute("INSERT INTO steered.items VALUES (101, 101, '2026-05-01T00:00:00Z')")
    await sync(api, caller, ready, MARCH)
    assert "101" not in await view()
    source.execute("UPDATE steered.items SET n = -1, updated_at = '2026-05-02T00:00:00Z' WHERE id IN (65, 5)")
    assert (await sync(api, caller, ready)).streams[0].rows_published >= 3
    seen = await view()
    assert (seen["101"], seen["65"], seen["5"], seen["66"]) == (101, -1, -1, 66)
    again = await sync(api, caller, ready, RunPlan(True))
    assert again.streams[0].rows_published == len(await view()) == 101


async def test_backfill_when_nothing_lies_in_the_range_then_says_so(
    api: AamApi, caller: Caller, ready: Connection
) -> None:
    run = await sync(api, caller, ready, RunPlan(False, "1999-01-01T00:00:00Z", "2000-01-01T00:00:00Z"))
    assert (run.state, run.streams[0].note) == (RunState.SUCCEEDED, "nothing lies in the range")


async def test_backfill_when_the_bounds_are_numbers_then_reads_by_the_key(
    api: AamApi, caller: Caller, ready: Connection, source: Source, view: Callable[[], Awaitable[Any]]
) -> None:
    source.execute("UPDATE steered.items SET n = 0")
    await sync(api, caller, ready, RunPlan(False, "10", "20.5"))
    seen = await view()
    assert sorted(int(key) for key in seen if seen[key] == 0) == list(range(10, 21))


async def test_backfill_when_its_run_is_paused_then_goes_on_within_the_range(
    api: AamApi,
    steering: SteeringApi,
    caller: Caller,
    ready: Connection,
    source: Source,
    view: Callable[[], Awaitable[Any]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "MIN_ROWS", 5)
    monkeypatch.setattr(reading, "BATCH_BYTES", 100)
    monkeypatch.setattr(reading, "CHUNK_ROWS", 7)
    source.execute("UPDATE steered.items SET n = -id")
    run = await api.sync(caller, str(ready.id), "", (), MARCH)
    stopped = _pausing(steering, caller, ready, api, 3)
    await stopped.run_sync(caller.tenant_id, run.id)
    assert (await api.run(caller, str(run.id))).state is RunState.PAUSED
    kept = await api.runs.checkpoints.load(caller.tenant_id, run.id, TABLE)
    assert len(kept) == 3
    await steering.resume(caller, str(ready.id))
    await api.run_sync(caller.tenant_id, run.id)
    done = await api.run(caller, str(run.id))
    assert (done.state, done.streams[0].rows_read, done.streams[0].rows_published) == (RunState.SUCCEEDED, 31, 31)
    seen = await view()
    assert sorted(-seen[key] for key in seen if seen[key] < 0) == list(range(60, 91))


def _pausing(steering: SteeringApi, caller: Caller, made: Connection, api: AamApi, after: int) -> AamApi:
    """The same mesh, whose connection is paused by somebody at a checkpoint."""

    class Pausing:
        def __init__(self) -> None:
            self.left, self.real = after, api.runs.checkpoints

        def __getattr__(self, name: str) -> Any:
            return getattr(self.real, name)

        async def save(self, *args: Any) -> bool:
            saved = await self.real.save(*args)
            self.left -= 1
            if not self.left:
                await steering.pause(caller, str(made.id))
                await asyncio.sleep(1.2)  # until the reading is told
            return saved

    class Runs:
        checkpoints = Pausing()

        def __getattr__(self, name: str) -> Any:
            return getattr(api.runs, name)

    return replace(api, runs=Runs())  # type: ignore[arg-type]  # hands on what it does not know


async def test_backfill_when_the_stream_cannot_be_read_in_ranges_then_says_what_to_do_and_disturbs_no_other(
    api: AamApi, caller: Caller, ready: Connection, source: Source, mappings: Any, items: Mapping
) -> None:
    source.execute("CREATE TABLE steered.bare (id text PRIMARY KEY, n int); INSERT INTO steered.bare VALUES ('a', 1)")
    mappings.known["steered.bare"] = items
    await api.onboard(caller.tenant_id, ready.id)
    early = await sync(api, caller, ready, MARCH)
    assert "was not read yet with the mapping that is in force. Sync it first" in early.streams[0].error
    await sync(api, caller, ready)
    for plan, said in ((MARCH, "no cursor column"), (RunPlan(False, "1", "2"), "no key that is one number")):
        run = await sync(api, caller, ready, plan)
        assert (run.state, said in run.streams[0].error) == (RunState.FAILED, True)
        assert "full_refresh" in run.streams[0].error
        assert run.streams[1].error == ""


async def test_backfill_when_a_group_of_files_then_reads_those_changed_in_the_range_by_their_key(
    api: AamApi, caller: Caller, tmp_path: Path, mappings: Any, items: Mapping, view: Callable[[], Awaitable[Any]]
) -> None:
    folder = tmp_path / "daily"
    folder.mkdir()
    _file(folder / "a.csv", 1, "id,n\n1,1\n2,2\n")
    _file(folder / "b.csv", 10, "id,n,more\n3,3,x\n")
    _file(folder / "c.csv", 20, "id,n\n4,4\n")
    (tmp_path / "single.csv").write_text("id,n\n9,9\n")
    mappings.known |= {"items": items, "single.csv": items}
    settings = {"path": str(tmp_path), "streams": {"items": "daily/*.csv"}}
    made = await api.create(caller, "drop", "files", settings, [], "")
    await api.onboard(caller.tenant_id, made.id)
    await sync(api, caller, made)
    before = await api.connections.streams(caller.tenant_id, made.id)
    plan = RunPlan(False, "2026-03-05T00:00:00Z", "2026-03-21T00:00:00Z")
    run = await sync(api, caller, made, plan)
    files, single = run.streams
    assert (files.rows_read, files.rows_published, files.error) == (2, 2, "")
    assert "single.csv is one file, which has no ranges" in single.error
    assert [one.cursor for one in await api.connections.streams(caller.tenant_id, made.id)] == [
        one.cursor for one in before
    ]
    assert await view() == {"1": 1, "2": 2, "3": 3, "4": 4, "9": 9}
    assert (await sync(api, caller, made)).streams[0].note == "unchanged since the last run"


async def test_backfill_when_records_have_no_key_then_is_refused(
    api: AamApi, caller: Caller, tmp_path: Path, mappings: Any, items: Mapping
) -> None:
    (tmp_path / "a.csv").write_text("id,n\n1,1\n")
    mappings.known["items"] = Mapping(1, items.entity, items.fields, ())
    settings = {"path": str(tmp_path), "streams": {"items": "*.csv"}}
    made = await api.create(caller, "drop", "files", settings, [], "")
    await api.onboard(caller.tenant_id, made.id)
    await sync(api, caller, made)
    assert "have no key" in (await sync(api, caller, made, MARCH)).streams[0].error


def _file(path: Path, day: int, text: str) -> None:
    path.write_text(text)
    at = datetime(2026, 3, day, tzinfo=UTC).timestamp()
    os.utime(path, (at, at))


async def test_span_when_broken_off_after_any_batch_then_the_rest_follows(
    source: Source, source_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "MIN_ROWS", 10)
    monkeypatch.setattr(reading, "BATCH_BYTES", 100)
    monkeypatch.setattr(reading, "CHUNK_ROWS", 25)
    source.execute(
        "CREATE TABLE steered.t (id int, part text, n int, updated_at timestamp NOT NULL, PRIMARY KEY (part, id))"
    )
    source.execute(
        "INSERT INTO steered.t SELECT n, 'p' || n % 3, n, timestamp '2026-03-01' + n * interval '1 hour'"
        " FROM generate_series(0, 199) n"
    )
    connector = PostgresConnector(Egress("127.0.0.1"))
    shop = connector.open(*connector.split({"url": source_url}))
    hours = Span(datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 7, tzinfo=UTC))
    with shop.read_span("steered.t", hours, {}, None) as read:
        assert read.snapshot
        whole = [(batch.data.to_pylist(), batch.state) for batch in read.batches()]
    assert sorted(row["n"] for rows, _ in whole for row in rows) == list(range(24, 144))
    assert len(whole) > 6
    for number, (_, state) in enumerate(whole, 1):
        with shop.read_span("steered.t", hours, state or {}, None) as read:
            assert not read.snapshot
            assert [row for batch in read.batches() for row in batch.data.to_pylist()] == [
                row for rows, _ in whole[number:] for row in rows
            ]
    other = Span(hours.since, datetime(2026, 3, 8, tzinfo=UTC))
    with shop.read_span("steered.t", other, whole[3][1] or {}, None) as read:
        assert read.snapshot
    with pytest.raises(BackfillRefused), shop.read_span("steered.t", Span(Decimal(1), Decimal(2)), {}, None):
        pass
