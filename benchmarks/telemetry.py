"""What telemetry costs a request: tracing at its default share, and a telemetry path that is dead or silent.

AAM answers the list of P5 without an exporter, and with one whose receiver is there, refuses, or accepts and never
answers; and with a Valkey that is stopped, to which live events go. CPU is of AAM's whole process, exporting included,
in turns; the time of a request is seen by one caller who asks one after the other.
"""

import argparse
import asyncio
import os
import signal
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psutil

from benchmarks.measure import cpu_of
from benchmarks.serving import Ground, Side, client, ground, load, process

CPU_GOAL = 1.05
MS_GOAL = 1.0
TURN = 50
SHARE = "0.1"
"""The default of AOS_TRACE_SAMPLE."""


def main() -> None:
    """Measure all in turn and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2_000, help="a round and side")
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with ground() as stores, ExitStack() as up:
        sides = {
            "untraced": up.enter_context(stores.aam()),
            "traced": up.enter_context(stores.aam(_export_to(up.enter_context(_receiver(stores)), SHARE))),
            "refused": up.enter_context(stores.aam(_export_to(stores.port(), "1"))),
            "silent": up.enter_context(stores.aam(_export_to(up.enter_context(_silence()), "1"))),
        }
        for side in sides.values():
            asyncio.run(load(side, 500))
        rounds = [{name: _cpu(side, asked.requests) for name, side in sides.items()} for _ in range(asked.rounds)]
        times = _all_times(sides, stores.settings["AOS_REDIS_URL"], asked.requests)
    _report(rounds, times)


def _all_times(sides: dict[str, Side], redis: str, count: int) -> dict[str, list[float]]:
    """Seconds of requests by side; in turns, since the machine is not equally busy all the time."""
    seen: dict[str, list[float]] = {name: [] for name in (*sides, "Valkey stopped")}
    for _ in range(count // TURN):
        for name, side in sides.items():
            seen[name] += asyncio.run(_times(side, TURN))
        with _stopped(redis):
            seen["Valkey stopped"] += asyncio.run(_times(sides["untraced"], TURN))
    return seen


def _report(rounds: list[dict[str, float]], times: dict[str, list[float]]) -> None:
    print(f"\nTelemetry  list of 50 rows, {len(rounds)} rounds")
    print(f"  {'':<16} {'CPU µs':>8} {'p50 ms':>8} {'p99 ms':>8}")
    for name, seen in times.items():
        cpu = f"{statistics.median(one[name] for one in rounds):>8.0f}" if name in rounds[0] else " " * 8
        print(f"  {name:<16} {cpu} {_at(seen, 0.5):>8.2f} {_at(seen, 0.99):>8.2f}")
    ratio = statistics.median(one["traced"] / one["untraced"] for one in rounds)
    print(f"  tracing {SHARE} of requests: ratio of CPU {ratio:.3f} (goal ≤ {CPU_GOAL}: {_verdict(ratio <= CPU_GOAL)})")
    base = _at(times["untraced"], 0.5)
    more = max(_at(times[name], 0.5) - base for name in ("refused", "silent", "Valkey stopped"))
    print(
        f"  a dead or silent path: {more:+.2f} ms a request (goal ≤ {MS_GOAL}: {_verdict(more <= MS_GOAL)})", flush=True
    )


def _verdict(reached: bool) -> str:
    return "reached" if reached else "not reached"


def _at(times: list[float], share: float) -> float:
    return sorted(times)[int(len(times) * share)] * 1_000


def _export_to(port: int, share: str) -> dict[str, str]:
    return {"AOS_OTLP_ENDPOINT": f"http://127.0.0.1:{port}/v1/traces", "AOS_TRACE_SAMPLE": share}


@contextmanager
def _receiver(stores: Ground) -> Iterator[int]:
    """The embedded platform's receiver of spans."""
    port = stores.port()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "aos_local.traces", "--port", str(port), "--file", str(Path(folder) / "spans")]
        with process(command, port, {}):
            yield port


@contextmanager
def _silence() -> Iterator[int]:
    """A receiver that takes connections and says nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as listening:
        yield listening.getsockname()[1]


@contextmanager
def _stopped(redis: str) -> Iterator[None]:
    """Valkey accepts and does not answer."""
    port = int(redis.rpartition(":")[2].partition("/")[0])
    listening = (one for one in psutil.net_connections("tcp") if one.status == psutil.CONN_LISTEN)
    pid = next(one.pid for one in listening if one.laddr and one.laddr.port == port and one.pid)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


def _cpu(side: Side, count: int) -> float:
    """CPU microseconds a request."""
    before = cpu_of(side.pid)
    asyncio.run(load(side, count))
    return (cpu_of(side.pid) - before) / count * 1e6


async def _times(side: Side, count: int) -> list[float]:
    """Seconds that each request took, one after the other."""
    seen = []
    for _ in range(count):
        began = time.perf_counter()
        await client(side, 1)
        seen.append(time.perf_counter() - began)
    return seen


if __name__ == "__main__":
    main()
