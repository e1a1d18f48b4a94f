"""Limits of a connection: streams that are read at the same time, and rows a second."""

import asyncio
import threading
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aam.domain.mapping import Mapping
from aam.domain.run import RunState
from aam.domain.steering import Limits
from aam.entrypoints.api import AamApi
from aam.entrypoints.steering.api import SteeringApi
from aam.ports import Extraction, Progress, Source, Task
from aam.usecases.steering.pace import pace
from aos_common.auth import Caller

STREAMS = 6


class Counting:
    """The extractor, which knows how many streams it reads at the same time."""

    def __init__(self, real: Any) -> None:
        self._real, self._lock = real, threading.Lock()
        self._now = self.most = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._real, name)

    def extract(self, task: Task, source: Source, progress: Progress) -> Extraction:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
        try:
            time.sleep(0.1)
            found: Extraction = self._real.extract(task, source, progress)
            return found
        finally:
            with self._lock:
                self._now -= 1


@pytest.mark.parametrize(("limit", "workers", "most"), [(1, 4, 1), (2, 4, 2), (8, 3, 3), (0, 4, 4)])
async def test_streams_when_limited_then_never_more_are_read_at_the_same_time(
    api: AamApi,
    steering: SteeringApi,
    caller: Caller,
    tmp_path: Path,
    mappings: Any,
    items: Mapping,
    limit: int,
    workers: int,
    most: int,
) -> None:
    for number in range(STREAMS):
        (tmp_path / f"s{number}.csv").write_text("id,n\n1,1\n")
        mappings.known[f"s{number}.csv"] = items
    made = await api.create(caller, "shop", "files", {"path": str(tmp_path), "pattern": "s*.csv"}, [], "")
    await api.onboard(caller.tenant_id, made.id)
    set_ = await steering.set_limits(caller, str(made.id), Limits(streams_at_once=limit))
    assert set_.limits == Limits(limit)
    counting: Any = Counting(api.extractor)
    mesh = replace(api, extractor=counting, streams_at_once=workers)
    run = await mesh.sync(caller, str(made.id), "")
    await mesh.run_sync(caller.tenant_id, run.id)
    assert (await api.run(caller, str(run.id))).state is RunState.SUCCEEDED
    assert counting.most == most


def test_pace_when_several_readings_share_it_then_all_together_keep_to_it() -> None:
    held, rate, rows = pace(1_000), 1_000, 100
    assert held
    assert pace(0) is None
    begun, read, lock = time.monotonic(), [0], threading.Lock()

    def reading() -> None:
        for _ in range(5):
            with lock:
                read[0] += rows
            held(rows, Progress())

    threads = [threading.Thread(target=reading) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - begun
    assert read[0] == 1_500
    assert 1.5 <= seconds < 2.5, f"{read[0] / seconds:.0f} rows a second where {rate} are allowed"


def test_pace_when_the_reading_is_told_to_stop_then_waits_no_longer() -> None:
    held, progress = pace(1), Progress()
    assert held
    threading.Timer(0.2, lambda: setattr(progress, "cancelled", True)).start()
    begun = time.monotonic()
    held(3_600, progress)
    assert time.monotonic() - begun < 1


async def test_rows_when_limited_then_a_run_takes_as_long_as_they_need(
    api: AamApi, steering: SteeringApi, caller: Caller, tmp_path: Path, mappings: Any, items: Mapping
) -> None:
    (tmp_path / "s.csv").write_text("id,n\n" + "".join(f"{n},{n}\n" for n in range(300)))
    mappings.known["s.csv"] = items
    made = await api.create(caller, "shop", "files", {"path": str(tmp_path), "pattern": "s.csv"}, [], "")
    await api.onboard(caller.tenant_id, made.id)
    await steering.set_limits(caller, str(made.id), Limits(rows_per_second=200))
    run = await api.sync(caller, str(made.id), "")
    begun = time.monotonic()
    await asyncio.wait_for(api.run_sync(caller.tenant_id, run.id), 30)
    assert (await api.run(caller, str(run.id))).streams[0].rows_published == 300
    assert time.monotonic() - begun >= 1.5
