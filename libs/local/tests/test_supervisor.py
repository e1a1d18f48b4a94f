import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from aos_local.processes import state as record
from aos_local.processes.process import Identity, send, stop
from aos_local.processes.state import Phase, PlatformState, Status

SCRIPT = Path(__file__).with_name("dummy_stack.py")


def sleeper(name: str, *, after: list[str] | None = None) -> dict[str, Any]:
    """Notes its start and its polite end in the file `order`."""
    script = (
        f"trap 'echo {name} ended >> order; exit 0' TERM; echo {name} started >> order; touch {name}.ready;"
        " while :; do sleep 0.05; done"
    )
    return {"name": name, "script": script, "after": after or []}


class Stack:
    """A supervisor process over dummy components."""

    def __init__(self, folder: Path, components: list[dict[str, Any]]) -> None:
        self.folder = folder
        self.process = subprocess.Popen([sys.executable, SCRIPT, folder, json.dumps(components)])

    def state(self) -> PlatformState:
        found = record.read(self.folder / "state.json")
        assert found is not None
        return found

    def until(self, condition: Callable[[PlatformState], bool], seconds: float = 10) -> PlatformState:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            with contextlib.suppress(AssertionError):
                if condition(self.state()):
                    return self.state()
            time.sleep(0.02)
        raise AssertionError(f"not within {seconds} s: {self.state()}")

    def running(self) -> PlatformState:
        return self.until(lambda state: state.phase is Phase.RUNNING)


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Callable[..., Stack]]:
    started: list[Stack] = []

    def start(*components: dict[str, Any]) -> Stack:
        started.append(Stack(tmp_path, list(components)))
        return started[-1]

    yield start
    for one in started:
        one.process.terminate()
        one.process.wait(10)


def identity(state: PlatformState, name: str) -> Identity:
    process = state.components[name].process
    assert process is not None
    return process


def gone(process: Identity, seconds: float = 3) -> bool:
    deadline = time.monotonic() + seconds
    while process.alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    return not process.alive()


def test_stack_when_started_then_follows_the_order_and_ends_in_reverse(stack: Any, tmp_path: Path) -> None:
    running = stack(sleeper("gateway", after=["service"]), sleeper("service", after=["database"]), sleeper("database"))
    processes = [identity(running.running(), name) for name in ("gateway", "service", "database")]
    running.process.terminate()
    assert running.process.wait(10) == 0
    assert (tmp_path / "order").read_text().splitlines() == [
        *("database started", "service started", "gateway started"),
        *("gateway ended", "service ended", "database ended"),
    ]
    assert not any(process.alive() for process in processes)
    assert not (tmp_path / "state.json").exists()


def test_component_when_killed_then_is_back_within_two_seconds(stack: Any) -> None:
    running = stack(sleeper("service"), sleeper("other"))
    before = running.running()
    os.kill(identity(before, "service").pid, signal.SIGKILL)
    after = running.until(
        lambda state: state.components["service"].restarts == 1 and state.components["service"].status is Status.READY,
        seconds=2,
    )
    assert identity(after, "service").alive()
    assert identity(after, "service") != identity(before, "service")
    assert identity(after, "other") == identity(before, "other")


def test_component_when_it_keeps_dying_then_is_left_alone_and_the_rest_runs(stack: Any) -> None:
    dying = {"name": "service", "script": "touch service.ready; sleep 0.1; exit 7", "after": []}
    running = stack(dying, sleeper("other"))
    state = running.until(lambda state: "died 4 times" in state.components["service"].message)
    assert state.components["service"].status is Status.FAILED
    assert state.components["service"].restarts == 3
    assert "status 7" in state.components["service"].message
    assert identity(state, "other").alive()


def test_component_when_it_dies_at_start_then_all_is_ended_and_its_last_words_are_told(stack: Any) -> None:
    failing = {"name": "service", "script": "echo no such table: tenant >&2; exit 5", "after": ["database"]}
    running = stack(sleeper("database"), failing)
    assert running.process.wait(10) == 1
    state = running.state()
    assert state.phase is Phase.FAILED
    assert "ended with status 5" in state.message
    assert "no such table: tenant" in state.message
    assert state.hint == "See all of it: aos logs service"
    assert state.components["database"].status is Status.STOPPED


def test_migration_when_it_fails_then_the_service_is_never_started(stack: Any, tmp_path: Path) -> None:
    running = stack({**sleeper("service"), "before": "echo wrong revision; exit 1"})
    assert running.process.wait(10) == 1
    assert "wrong revision" in running.state().message
    assert not (tmp_path / "order").exists()


def test_component_when_it_ignores_the_polite_signal_then_its_whole_group_is_killed(stack: Any, tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 300 & echo $! > child; touch service.ready; while :; do sleep 0.05; done"
    running = stack({"name": "service", "script": script, "after": []})
    leader = identity(running.running(), "service")
    child = Identity.of(int((tmp_path / "child").read_text()))
    running.process.terminate()
    assert running.process.wait(10) == 0
    assert gone(leader)
    assert gone(child)


def test_supervisor_when_killed_then_no_component_outlives_it(stack: Any) -> None:
    running = stack(sleeper("service"), sleeper("other"))
    state = running.running()
    running.process.kill()
    running.process.wait(5)
    assert gone(identity(state, "service"))
    assert gone(identity(state, "other"))


def test_signal_when_the_number_belongs_to_another_process_now_then_is_not_sent() -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
        real = Identity.of(stranger.pid)
        stale = Identity(stranger.pid, real.started - 100)
        assert not send(stale, signal.SIGKILL)
        assert stop(stale)
        assert real.alive()
        stranger.kill()


def test_process_when_the_clock_of_the_machine_is_set_then_is_still_known(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen(["/bin/sleep", "60"]) as child:
        known = Identity.of(child.pid)
        # What psutil adds to a start time to make it one of the wall clock; a time server's correction changes it.
        monkeypatch.setattr("psutil._pslinux.boot_time", lambda: 1.0)
        assert known.alive()
        assert 0 <= known.uptime() < 60
        assert stop(known)
        assert child.wait(5) == -signal.SIGTERM
