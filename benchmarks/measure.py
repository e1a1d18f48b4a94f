"""What the benchmarks share: whole-process figures, and a printed ratio of ours to the reference."""

import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[1]
REFERENCES = Path(os.environ.get("AOS_BENCH_REFERENCES", ROOT / ".tools" / "bench"))
"""Packages of the references, apart from ours: nothing that they bring changes what ours loads."""


@dataclass(frozen=True)
class Figure:
    """A finished process: CPU and wall seconds, and its largest resident memory in MB."""

    cpu: float
    wall: float
    rss: float
    said: dict[str, object]


def run(module: str, *arguments: str, reference: bool = False) -> Figure:
    """Run `python -m MODULE ARGS` to its end; its last line is JSON and becomes `said`.

    A `rss` in it (see `peak_mb`) stands for the kernel's figure, which never falls below what this process had when it
    started the other. A `reference` finds its packages first.
    """
    command = [sys.executable, "-m", module, *arguments]
    began = time.monotonic()
    environment = _compiled({"PYTHONPATH": str(REFERENCES)} if reference else {})
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        output = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise SystemExit(f"{module} ended with {process.returncode}")
    said: dict[str, Any] = json.loads(output.strip().splitlines()[-1])
    rss = float(said.get("rss", usage.ru_maxrss / 1024))
    return Figure(usage.ru_utime + usage.ru_stime, time.monotonic() - began, rss, said)


def _compiled(more: dict[str, str]) -> dict[str, str]:
    """The environment, in which modules are compiled once and kept, as they are wherever a program is installed."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return kept | {"PYTHONPYCACHEPREFIX": str(Path(tempfile.gettempdir()) / f"aos-bench-{os.getuid()}")} | more


def least(figures: list[Figure]) -> Figure:
    """The run with the least CPU, with the largest memory of all: others use the machine as well."""
    return replace(min(figures, key=lambda one: one.cpu), rss=max(one.rss for one in figures))


def peak_mb() -> float:
    """Return the largest resident memory this process has had, in MB."""
    status = Path("/proc/self/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process and its living children have used so far."""
    process = psutil.Process(pid)
    every = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(times.user + times.system for times in every)


def report(title: str, ours: Figure, reference: Figure, against: str, goal: float) -> None:
    """Print both sides and the ratio of their CPU, beside the goal."""
    ratio = ours.cpu / reference.cpu
    print(f"\n{title}")
    print(f"  {'':<28} {'CPU s':>8} {'wall s':>8} {'RSS MB':>8}  rows")
    for name, figure in (("ours", ours), (against, reference)):
        rows = figure.said.get("rows", "")
        print(f"  {name:<28} {figure.cpu:>8.2f} {figure.wall:>8.2f} {figure.rss:>8.0f}  {rows}")
    verdict = "reached" if ratio <= goal else "not reached"
    print(f"  ratio of CPU {ratio:.2f} (goal ≤ {goal}: {verdict})", flush=True)
