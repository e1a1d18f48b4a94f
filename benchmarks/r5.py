"""R5: what one tenant's flood does to another: refusals and p99 of a quiet tenant, alone and beside 20 times the limit.

The gateway has its default limits. The quiet tenant asks 50 times a second; the flood comes from a process of its own,
over 20 connections, at 20 times what a tenant may ask. Alone and beside the flood take turns: machines change.
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from socket import create_connection, socket
from uuid import uuid4

from benchmarks.measure import ROOT
from benchmarks.p4 import answering, request, settings_for

GOAL, TIMES, RATE = 1.5, 20, 50


def main() -> None:
    """Measure in turns and print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=6, help="a turn and side")
    parser.add_argument("--turns", type=int, default=4)
    parser.add_argument("--flood", nargs=2, metavar=("PORT", "TOKEN"), help="used by the benchmark itself")
    asked = parser.parse_args()
    if asked.flood:
        _flood(int(asked.flood[0]), asked.flood[1], asked.seconds)
        return
    alone: list[float] = []
    beside: list[float] = []
    refused = 0
    flood: Counter[str] = Counter()
    with _gateway() as (port, quiet, loud):
        for _ in range(asked.turns):
            refused += _ask(port, quiet, asked.seconds, alone)
            command = [sys.executable, "-m", "benchmarks.r5", "--seconds", str(asked.seconds + 1)]
            with subprocess.Popen(
                [*command, "--flood", str(port), loud], cwd=ROOT, stdout=subprocess.PIPE, text=True
            ) as other:
                time.sleep(1)
                refused += _ask(port, quiet, asked.seconds, beside)
                said = other.communicate()[0].split()
            flood.update(served=int(said[0]), refused=int(said[1]))
    _report(alone, beside, refused, flood, asked.turns * (asked.seconds + 1))


def _report(alone: list[float], beside: list[float], refused: int, flood: Counter[str], seconds: float) -> None:
    rate = (flood["served"] + flood["refused"]) / seconds
    print(f"\nR5  a quiet tenant beside one that asks {rate:,.0f} times a second (its limit: 200)")
    print(f"  the flood: {flood['served']:,} served, {flood['refused']:,} refused")
    for name, latencies in (("alone", alone), ("beside the flood", beside)):
        p50, p99 = statistics.median(latencies), statistics.quantiles(latencies, n=100)[98]
        print(f"  {name:<18} p50 {p50 * 1e3:6.2f} ms   p99 {p99 * 1e3:6.2f} ms   {len(latencies)} requests")
    ratio = statistics.quantiles(beside, n=100)[98] / statistics.quantiles(alone, n=100)[98]
    verdict = "reached" if ratio <= GOAL and not refused else "not reached"
    print(f"  refused {refused}, ratio of p99 {ratio:.2f} (goal: 0 and ≤ {GOAL}: {verdict})", flush=True)


@contextmanager
def _gateway() -> Iterator[tuple[int, str, str]]:
    """Port of a gateway with its default limits, and tokens of two tenants."""
    from aos_common.testing import Issuer
    from aos_gateway.settings import RateLimits
    from aos_gateway.testing import free_port, running, running_config

    issuer = Issuer()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        homes = [Path(folder) / name for name in ("upstream", "ours")]
        for home in homes:
            home.mkdir()
        upstream = free_port()
        settings = settings_for(free_port(), upstream, RateLimits())
        stack.enter_context(running_config(answering(upstream, issuer.jwks), upstream, homes[0]))
        stack.enter_context(running(settings, homes[1]))
        time.sleep(1)  # the key set is fetched once the gateway listens
        yield settings.listen.port, issuer.token(uuid4()), issuer.token(uuid4())


def _ask(port: int, token: str, seconds: float, latencies: list[float]) -> int:
    """Ask steadily; returns how many were refused."""
    refused, began = 0, time.monotonic()
    with create_connection(("127.0.0.1", port)) as connection:
        for number in range(int(seconds * RATE)):
            time.sleep(max(0.0, began + number / RATE - time.monotonic()))
            asked = time.perf_counter()
            refused += _status(connection, token) != 200
            latencies.append(time.perf_counter() - asked)
    return refused


def _flood(port: int, token: str, seconds: float) -> None:
    """Ask 20 times as often as a tenant may; prints how many were served and refused."""
    limit, statuses, began = 200, Counter[int](), time.monotonic()
    connections = [create_connection(("127.0.0.1", port)) for _ in range(20)]
    while (passed := time.monotonic() - began) < seconds:
        if statuses.total() > TIMES * limit * passed:
            time.sleep(0.001)
            continue
        for connection in connections:
            connection.sendall(request(token))
        statuses.update(_answer(connection) for connection in connections)
    print(statuses[200], statuses[429])


def _status(connection: socket, token: str) -> int:
    connection.sendall(request(token))
    return _answer(connection)


def _answer(connection: socket) -> int:
    """The status of the next answer, read to its end."""
    got = connection.recv(65536)
    while (end := got.find(b"\r\n\r\n")) < 0:
        got += connection.recv(65536)
    at = got.index(b"content-length: ") + 16
    rest = int(got[at : got.index(b"\r", at)]) - (len(got) - end - 4)
    while rest > 0:
        rest -= len(connection.recv(rest))
    return int(got[9:12])


if __name__ == "__main__":
    main()
