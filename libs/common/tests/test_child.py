"""Work in a child process: answers, failures, limits, and that nothing is left behind."""

import asyncio
import os
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from aos_common.child import Child, ChildDied, ChildTimedOut
from aos_common.errors import InvalidRequest

sys.path.insert(0, str(Path(__file__).parent))  # the child imports the work by its name

from child_work import work


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not true():
            await asyncio.sleep(0.02)


async def test_calls_when_made_at_once_then_one_process_answers_all() -> None:
    child = Child("test", work)
    assert child.pid is None
    pids = set(await asyncio.gather(*(child.call("hello") for _ in range(5))))
    assert pids == {str(child.pid)} != {str(os.getpid())}
    await child.close()
    assert child.pid is None


async def test_call_when_the_work_refuses_then_the_error_comes_back_whole() -> None:
    child = Child("test", work)
    with pytest.raises(InvalidRequest, match="not like this") as raised:
        await child.call("refuse not like this")
    assert raised.value.hint == "Ask otherwise."
    assert await child.call("hello")
    await child.close()


async def test_call_when_the_process_dies_or_hangs_then_it_fails_and_the_next_is_answered() -> None:
    child = Child("test", work, timeout_seconds=2)
    with pytest.raises(ChildDied):
        await child.call("die")
    with pytest.raises(ChildTimedOut, match="2 seconds"):
        await child.call("sleep 60")
    assert await child.call("hello")
    await child.close()


async def test_call_when_it_wants_more_memory_than_it_may_have_then_it_fails_alone() -> None:
    child = Child("test", work, memory_mb=1000)
    with pytest.raises(ChildDied, match="memory"):
        await child.call("take 2000")
    assert await child.call("take 1") == str(1 << 20)
    await child.close()


async def test_child_when_idle_then_it_ends_and_comes_back() -> None:
    child = Child("test", work, idle_seconds=0.1)
    first = await child.call("hello")
    await _until(lambda: child.pid is None and not psutil.pid_exists(int(first)))
    assert await child.call("hello") != first
    await child.close()


async def test_child_when_its_parent_is_killed_then_it_ends(tmp_path: Path) -> None:
    mark = tmp_path / "pid"
    code = (
        f"import asyncio, sys; sys.path.insert(0, {str(Path(__file__).parent)!r})\n"
        "from aos_common.child import Child\nfrom child_work import work\n"
        f"if __name__ == '__main__': asyncio.run(Child('test', work).call('mark {mark}'))\n"
    )
    script = tmp_path / "parent.py"
    script.write_text(code)
    parent = await asyncio.create_subprocess_exec(sys.executable, str(script))
    await _until(lambda: mark.exists() and mark.read_text() != "")
    parent.kill()
    await parent.wait()
    pid = int(mark.read_text())
    await _until(lambda: not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
