"""Reading everything again, of one stream or all: what is there is replaced, what is gone goes, and nothing else."""

from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import pytest
from aam.domain.connection import Connection
from aam.domain.errors import InvalidBackfill, RunActive, UnknownStreams
from aam.domain.mapping import Mapping
from aam.domain.run import RunState, SyncRun
from aam.domain.steering import RunPlan
from aam.entrypoints.api import AamApi
from aos_common.auth import Caller

Source = psycopg.Connection[Any]
FULL = RunPlan(full_refresh=True)
A, B = "steered.a", "steered.b"


async def sync(
    api: AamApi, caller: Caller, made: Connection, streams: tuple[str, ...] = (), plan: RunPlan | None = None
) -> SyncRun:
    run = await api.sync(caller, str(made.id), "", streams, plan or RunPlan())
    await api.run_sync(caller.tenant_id, run.id)
    return await api.run(caller, str(run.id))


@pytest.fixture
async def ready(
    api: AamApi, caller: Caller, connected: Connection, source: Source, mappings: Any, items: Mapping
) -> Connection:
    """Two tables, of which one has a cursor column."""
    source.execute("CREATE TABLE steered.a (id int PRIMARY KEY, n int, updated_at timestamptz NOT NULL DEFAULT now())")
    source.execute("CREATE TABLE steered.b (id int PRIMARY KEY, n int)")
    source.execute("INSERT INTO steered.a SELECT n, n FROM generate_series(1, 40) n")
    source.execute("INSERT INTO steered.b SELECT n, n FROM generate_series(101, 130) n")
    mappings.known |= {A: items, B: items}
    await api.onboard(caller.tenant_id, connected.id)
    return connected


async def test_refresh_when_rows_changed_and_went_unseen_then_the_view_is_the_source_again(
    api: AamApi, caller: Caller, ready: Connection, source: Source, view: Callable[[], Awaitable[Any]]
) -> None:
    await sync(api, caller, ready)
    # Changes that no cursor column tells of: one row gone, one corrected with an old time.
    source.execute("DELETE FROM steered.a WHERE id = 7")
    source.execute("UPDATE steered.a SET n = 800 WHERE id = 8")
    source.execute("DELETE FROM steered.b WHERE id = 107")
    assert (await sync(api, caller, ready, (A,))).streams[0].rows_published == 0
    seen = await view()
    assert (seen["7"], seen["8"], len(seen)) == (7, 8, 70)
    run = await sync(api, caller, ready, (), FULL)
    assert (run.state, run.plan) == (RunState.SUCCEEDED, FULL)
    assert [(one.stream, one.rows_read, one.rows_published) for one in run.streams] == [(A, 39, 39), (B, 29, 29)]
    seen = await view()
    assert ("7" in seen, "107" in seen, seen["8"], len(seen)) == (False, False, 800, 68)
    source.execute("UPDATE steered.a SET n = 801, updated_at = now() WHERE id = 8")
    assert (await sync(api, caller, ready, (A,))).streams[0].rows_published >= 1
    assert (await view())["8"] == 801


async def test_refresh_when_nothing_changed_then_publishes_all_again_and_the_counts_stay(
    api: AamApi, caller: Caller, ready: Connection, view: Callable[[], Awaitable[Any]]
) -> None:
    await sync(api, caller, ready)
    before = await view()
    for _ in range(2):
        run = await sync(api, caller, ready, (B,), FULL)
        assert [(one.stream, one.rows_published) for one in run.streams] == [(B, 30)]
    assert await view() == before
    assert [one.note for one in (await sync(api, caller, ready, (B,))).streams] == ["unchanged since the last run"]


async def test_run_when_asked_for_some_streams_then_leaves_the_others(
    api: AamApi, caller: Caller, ready: Connection, view: Callable[[], Awaitable[Any]]
) -> None:
    run = await sync(api, caller, ready, (A,))
    assert [one.stream for one in run.streams] == [A]
    assert len(await view()) == 40
    with pytest.raises(UnknownStreams, match=r"no stream steered\.nothing"):
        await sync(api, caller, ready, (A, "steered.nothing"))


async def test_run_when_another_that_reads_less_is_open_then_is_refused_and_not_taken_for_it(
    api: AamApi, caller: Caller, ready: Connection
) -> None:
    opened = await api.sync(caller, str(ready.id), "first", (A,))
    assert (await api.sync(caller, str(ready.id), "", (A,))).id == opened.id
    assert (await api.sync(caller, str(ready.id), "first", (), FULL)).id == opened.id
    for streams, plan in (((), RunPlan()), ((B,), RunPlan()), ((A,), FULL)):
        with pytest.raises(RunActive, match=str(opened.id)):
            await api.sync(caller, str(ready.id), "", streams, plan)


def test_plan_when_it_makes_no_sense_then_is_refused() -> None:
    day, next_day = "2026-03-01T00:00:00Z", "2026-03-02T00:00:00+01:00"
    assert RunPlan(False, day, next_day).span()
    for since, until in ((next_day, day), (day, "7"), (day, ""), ("", day), ("2026-03-01", next_day), ("1e9", "2e9")):
        with pytest.raises(InvalidBackfill):
            RunPlan(False, since, until)
    with pytest.raises(InvalidBackfill):
        RunPlan(True, "1", "2")
