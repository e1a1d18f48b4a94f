"""Measures what hostile input costs, and prints the table of it with `-v`."""

import contextlib
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

OUTCOME = "hostile"
SECONDS, MEGABYTES = 30.0, 300.0
STATUS, CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
Bounded = Callable[[str, str], AbstractContextManager[None]]


def memory(kind: str) -> float:
    """Megabytes of this process: `VmRSS` now, `VmHWM` at most."""
    return next(int(line.split()[1]) for line in STATUS.read_text().splitlines() if line.startswith(kind)) / 1024


@pytest.fixture
def bounded(record_property: Callable[[str, Any], None]) -> Bounded:
    """The block must end within a time and a memory; what it took becomes a line of the table."""

    @contextmanager
    def block(what: str, outcome: str) -> Iterator[None]:
        with contextlib.suppress(OSError):  # where the kernel keeps its own maximum, the bound is harder
            CLEAR.write_text("5")
        before, start = memory("VmRSS"), time.monotonic()
        yield
        seconds, more = time.monotonic() - start, max(0.0, memory("VmHWM") - before)
        assert seconds < SECONDS
        assert more < MEGABYTES
        record_property(OUTCOME, (what, outcome, f"{seconds:.2f}", f"{more:.0f}"))

    return block


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One table of what was tried, what it was refused with, and what that cost."""
    lines = []
    for report in terminalreporter.getreports("passed"):
        found = dict(report.user_properties).get(OUTCOME)
        if found is not None:
            lines.append(f"| {' | '.join(found)} |")
    if lines and terminalreporter.config.get_verbosity() > 0:
        terminalreporter.section("hostile input")
        terminalreporter.write_line("| input | outcome | seconds | more memory, MB |\n|---|---|---|---|")
        terminalreporter.write_line("\n".join(lines))
