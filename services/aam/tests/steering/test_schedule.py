"""Schedules: every due time starts one run, however many workers there are, and a missed one is caught up once."""

import asyncio
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from aam.adapters.steering.calendar import CronCalendar
from aam.domain.connection import Connection, ConnectionState
from aam.domain.errors import ConnectionNotFound, InvalidLimits, InvalidSchedule
from aam.domain.steering import Limits, Schedule
from aam.entrypoints.api import AamApi
from aam.entrypoints.steering.api import SteeringApi
from aam.entrypoints.steering.worker import due_times
from aam.usecases.steering.next_due import next_due
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.errors import PermissionDenied
from aos_local.provision import Provisioned

PROCESSES = 2
CONNECTIONS = 15
ROUNDS = 4
EVERY = 30


@pytest.fixture
def processes(provisioned: Provisioned) -> Iterator[list[subprocess.Popen[str]]]:
    """Two processes of two workers each; their clocks differ by some seconds."""
    script = Path(__file__).with_name("due_worker.py")
    argv = [sys.executable, str(script), provisioned["aam"].app]
    started = [
        subprocess.Popen([*argv, skew], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for skew in ("0", "-20")
    ]
    for process in started:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    yield started
    for process in started:
        process.communicate(timeout=20)


async def readable(api: AamApi, caller: Caller, folder: Path, name: str) -> Connection:
    """A connection that may be synced; it was never looked at."""
    made = await api.create(caller, name, "files", {"path": str(folder)}, [], "")
    await api.connections.set_state(caller.tenant_id, made.id, ConnectionState.ACTIVE, "")
    return made


def at(steering: SteeringApi, moment: datetime) -> SteeringApi:
    """The same at another time."""
    return replace(steering, mesh=replace(steering.mesh, clock=lambda: moment))


async def runs(database: Database, tenant: UUID) -> list[Any]:
    async with database.tenant_tx(tenant) as tx:
        return list((await tx.execute(sa.text("SELECT connection_id, request_id, state FROM runs"))).all())


async def execute(database: Database, tenant: UUID, statement: str) -> None:
    async with database.tenant_tx(tenant) as tx:
        await tx.execute(sa.text(statement))


async def test_due_times_when_four_workers_of_two_processes_compete_then_each_starts_one_run(
    api: AamApi,
    steering: SteeringApi,
    caller: Caller,
    database: Database,
    tmp_path: Path,
    processes: list[subprocess.Popen[str]],
) -> None:
    made = [await readable(api, caller, tmp_path, f"shop {number}") for number in range(CONNECTIONS)]
    started, expected = 0, Counter[str]()
    for _ in range(ROUNDS):
        past = datetime.now(UTC) - timedelta(minutes=EVERY)
        for one in made:
            # Due in this second: the schedule was set so long ago.
            set_ = await at(steering, past).set_schedule(caller, str(one.id), Schedule(EVERY))
            assert set_.next_at
            expected[f"due {one.id} {set_.next_at.isoformat()}"] += 1
        await execute(
            database, caller.tenant_id, "UPDATE jobs SET run_at = now() WHERE kind = 'schedule' AND state = 'queued'"
        )
        end = time.monotonic() + 30
        while len(found := await runs(database, caller.tenant_id)) < len(expected):
            assert time.monotonic() < end, f"{len(found)} of {len(expected)}"
            await asyncio.sleep(0.1)
        await asyncio.sleep(0.5)
        started = len(await runs(database, caller.tenant_id))
        await execute(database, caller.tenant_id, "UPDATE runs SET state = 'succeeded', ended_at = now()")
    found = await runs(database, caller.tenant_id)
    assert Counter(row.request_id for row in found) == expected
    assert len(found) == started == CONNECTIONS * ROUNDS
    steered = [await steering.get(caller, str(one.id)) for one in made]
    assert all(one.next_at and one.last_at and one.next_at > datetime.now(UTC) for one in steered)
    assert {one.last_note for one in steered} == {""}
    print(f"\n{len(found)} due times, {PROCESSES * 2} workers: {len(found)} runs")


async def test_due_time_when_many_were_missed_then_one_run_catches_up(
    api: AamApi, steering: SteeringApi, caller: Caller, database: Database, tmp_path: Path
) -> None:
    made = await readable(api, caller, tmp_path, "shop")
    now = datetime.now(UTC)
    long_ago = now - timedelta(hours=10)
    first = await at(steering, long_ago).set_schedule(caller, str(made.id), Schedule(EVERY))
    assert first.next_at == long_ago + timedelta(minutes=EVERY)
    await until_steered(steering, caller, made, database)
    after = await steering.get(caller, str(made.id))
    assert len(await runs(database, caller.tenant_id)) == 1
    assert (after.last_at, after.last_note) == (first.next_at, "")
    assert after.next_at
    assert now < after.next_at <= datetime.now(UTC) + timedelta(minutes=EVERY)
    assert (after.next_at - long_ago) % timedelta(minutes=EVERY) == timedelta(0), "the rhythm stays"


async def until_steered(steering: SteeringApi, caller: Caller, made: Connection, database: Database) -> None:
    """A worker looks after what is due."""
    worker = asyncio.create_task(due_times(database, steering).run())
    before = (await steering.get(caller, str(made.id))).next_at
    end = time.monotonic() + 15
    while (await steering.get(caller, str(made.id))).next_at == before:
        assert time.monotonic() < end, "nobody looked after it"
        await asyncio.sleep(0.05)
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)


async def test_due_time_when_its_worker_dies_after_starting_the_run_then_the_next_one_starts_no_other(
    api: AamApi, steering: SteeringApi, caller: Caller, database: Database, tmp_path: Path
) -> None:
    made = await readable(api, caller, tmp_path, "shop")
    past = at(steering, datetime.now(UTC) - timedelta(minutes=EVERY + 5))
    due = (await past.set_schedule(caller, str(made.id), Schedule(EVERY))).next_at
    assert due

    class Dying:
        """The store, whose worker dies before it has written what became of the due time."""

        def __getattr__(self, name: str) -> Any:
            return getattr(steering.steering, name)

        async def settle_due(self, *args: Any) -> None:
            raise ConnectionResetError("killed")

    dying: Any = Dying()
    with pytest.raises(ConnectionResetError):
        await replace(steering, steering=dying).start_due(caller.tenant_id, made.id, due)
    [first] = await runs(database, caller.tenant_id)
    await execute(database, caller.tenant_id, "UPDATE runs SET state = 'succeeded', ended_at = now()")
    for _ in range(2):
        await steering.start_due(caller.tenant_id, made.id, due)
    assert [run.request_id for run in await runs(database, caller.tenant_id)] == [first.request_id]
    after = await steering.get(caller, str(made.id))
    assert (after.last_at, after.last_note, await _waiting(database, caller)) == (due, "", 2)


async def test_due_time_when_a_run_is_active_or_the_connection_paused_then_is_skipped_with_a_note(
    api: AamApi, steering: SteeringApi, caller: Caller, database: Database, tmp_path: Path
) -> None:
    made = await readable(api, caller, tmp_path, "shop")
    open_run = await api.sync(caller, str(made.id), "")
    past = at(steering, datetime.now(UTC) - timedelta(minutes=EVERY + 5))
    await past.set_schedule(caller, str(made.id), Schedule(EVERY))
    await until_steered(steering, caller, made, database)
    assert (await steering.get(caller, str(made.id))).last_note == f"Skipped: run {open_run.id} was pending."
    await steering.pause(caller, str(made.id))
    await past.set_schedule(caller, str(made.id), Schedule(EVERY))
    await until_steered(steering, caller, made, database)
    assert "Skipped: shop is paused since" in (await steering.get(caller, str(made.id))).last_note
    assert len(await runs(database, caller.tenant_id)) == 1
    told = await api.explain(caller, str(made.id))
    assert any("is paused since" in line for line in told.story)
    assert any("It runs every 30 minutes" in line and "Skipped" in line for line in told.story)


async def test_schedule_when_changed_or_ended_then_only_the_new_one_counts(
    api: AamApi, steering: SteeringApi, caller: Caller, database: Database, tmp_path: Path
) -> None:
    made = await readable(api, caller, tmp_path, "shop")
    await steering.set_schedule(caller, str(made.id), Schedule(cron="0 3 1 1 *", timezone="Europe/Berlin"))
    await steering.set_schedule(caller, str(made.id), Schedule(5))
    assert await _waiting(database, caller) == 1
    [listed], _ = await api.list_connections(caller, 5, "")
    assert listed.next_at == (await steering.get(caller, str(made.id))).next_at
    ended = await steering.set_schedule(caller, str(made.id), Schedule())
    assert (ended.next_at, ended.schedule) == (None, Schedule())
    assert await _waiting(database, caller) == 0
    stranger = Caller(uuid4(), "eve", frozenset({"owner"}), "token")
    viewer = Caller(caller.tenant_id, "vic", frozenset({"viewer"}), "token")
    with pytest.raises(ConnectionNotFound):
        await steering.set_schedule(stranger, str(made.id), Schedule(5))
    with pytest.raises(ConnectionNotFound):
        await steering.set_limits(stranger, str(made.id), Limits(1))
    with pytest.raises(PermissionDenied):
        await steering.set_schedule(viewer, str(made.id), Schedule(5))
    with pytest.raises(PermissionDenied):
        await steering.set_limits(viewer, str(made.id), Limits(1))
    await api.delete(caller, str(made.id))


async def _waiting(database: Database, caller: Caller) -> int:
    async with database.tenant_tx(caller.tenant_id) as tx:
        count = sa.text("SELECT count(*) FROM jobs WHERE kind = 'schedule' AND state = 'queued'")
        found: int = (await tx.execute(count)).scalar_one()
    return found


@pytest.mark.parametrize(
    ("cron", "zone", "after", "following"),
    [
        ("0 3 * * *", "UTC", "2026-03-01T03:00:00+00:00", "2026-03-02T03:00:00+00:00"),
        ("0 3 * * 1-5", "Europe/Berlin", "2026-03-06T02:00:00+00:00", "2026-03-09T02:00:00+00:00"),
        # Clocks go from 2 to 3: what was due in the hour that is none is due right after.
        ("30 2 * * *", "Europe/Berlin", "2026-03-28T12:00:00+00:00", "2026-03-29T01:00:00+00:00"),
        # Clocks go from 3 back to 2: once.
        ("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30:00+00:00", "2026-10-26T01:30:00+00:00"),
        ("*/15 * * * *", "Asia/Kolkata", "2026-03-01T00:01:00+00:00", "2026-03-01T00:15:00+00:00"),
    ],
)
def test_cron_when_clocks_change_then_is_due_as_cron_is(cron: str, zone: str, after: str, following: str) -> None:
    moment = datetime.fromisoformat(after)
    found = CronCalendar().following(Schedule(cron=cron, timezone=zone), moment, moment)
    assert found == datetime.fromisoformat(following)


@pytest.mark.parametrize(
    ("schedule", "said"),
    [
        (Schedule(cron="0 3 * *"), "five fields"),
        (Schedule(cron="0 0 3 * * *"), "five fields"),
        (Schedule(cron="99 3 * * *"), "Bad minute"),
        (Schedule(cron="0 0 30 2 *"), "Bad day-of-month"),
        (Schedule(cron="0 3 * * *", timezone="Europe/Nowhere"), "no time zone"),
        (Schedule(cron="0 3 * * *", timezone="../../etc/passwd"), "no time zone"),
        (Schedule(cron="0 3 * * *", timezone="Europe"), "no time zone"),
    ],
)
def test_schedule_when_it_cannot_be_followed_then_is_refused(schedule: Schedule, said: str) -> None:
    now = datetime.now(UTC)
    with pytest.raises(InvalidSchedule, match=said):
        CronCalendar().following(schedule, now, now)


def test_steering_when_out_of_bounds_then_is_refused() -> None:
    for every, cron in ((5, "* * * * *"), (-1, ""), (10**9, ""), (0, "*" * 201)):
        with pytest.raises(InvalidSchedule):
            Schedule(every, cron)
    for streams, rows in ((9, 0), (-1, 0), (0, -1), (0, 10**9)):
        with pytest.raises(InvalidLimits):
            Limits(streams, rows)


def test_due_time_when_connections_are_due_together_then_is_looked_after_apart_within_bounds() -> None:
    now, calendar, ids = datetime.now(UTC), CronCalendar(), [uuid4() for _ in range(200)]
    for minutes, most in ((1, 6.0), (5, 30.0), (600, 60.0)):
        found = [next_due(one, Schedule(minutes), calendar, now, now) for one in ids]
        assert {due.at for due in found} == {now + timedelta(minutes=minutes)}
        delays = [due.start_at - due.at for due in found]
        assert found == [next_due(one, Schedule(minutes), calendar, now, now) for one in ids]
        assert all(timedelta(0) <= one <= timedelta(seconds=most) for one in delays)
        assert len(set(delays)) > 100
