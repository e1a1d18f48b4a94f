"""100 clients at once over the whole platform, and what a storm of sign-ins does to them.

The demo's tenant is read by 100 clients with connections of their own, each asking the routes in turn with a second's
thought between answers, for a minute; then once more beside 50 sign-ins with wrong passwords at any time. Printed:
answers by status, percentiles, and how late each service's event loop was (`loop.lag`, logged each minute).
"""

import argparse
import asyncio
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import httpx

CLIENTS, STORM, GOAL_LAG_MS = 100, 50, 50
ROUTES = (
    "/api/v1/auth/me",
    "/api/v1/auth/users",
    "/api/v1/admin/feature-flags",
    "/api/v1/admin/audit",
    "/api/v1/aod/findings",
    "/api/v1/aod/scans",
    "/api/v1/aam/connections",
    "/api/v1/aam/runs",
    "/api/v1/aam/quarantine",
    "/api/v1/dcl/proposals",
    "/api/v1/dcl/views/account?page_size=20",
    "/api/v1/aoa/runs",
    "/api/v1/aoa/findings",
)


async def client(url: str, token: str, until: float, answers: list[tuple[float, int]]) -> None:
    """Ask the routes in turn until the time is up."""
    turns = random.sample(ROUTES, len(ROUTES))
    async with httpx.AsyncClient(base_url=url, timeout=30, headers={"Authorization": f"Bearer {token}"}) as http:
        await asyncio.sleep(random.random())
        while time.monotonic() < until:
            for route in turns:
                began = time.monotonic()
                answer = await http.get(route)
                answers.append((time.monotonic() - began, answer.status_code))
                await asyncio.sleep(1)
                if time.monotonic() > until:
                    return


async def intruder(url: str, until: float, statuses: Counter[int]) -> None:
    """Try wrong passwords without a pause."""
    async with httpx.AsyncClient(base_url=url, timeout=30) as http:
        while time.monotonic() < until:
            body = {"email": f"{random.randrange(10**9)}@example.com", "password": "wrong password, always"}
            statuses[(await http.post("/api/v1/auth/login", json=body)).status_code] += 1


async def measure(url: str, token: str, seconds: float, storm: int) -> None:
    """Run the clients, and the storm beside them; print what came."""
    until = time.monotonic() + seconds
    answers: list[tuple[float, int]] = []
    tried: Counter[int] = Counter()
    await asyncio.gather(
        *(client(url, token, until, answers) for _ in range(CLIENTS)),
        *(intruder(url, until, tried) for _ in range(storm)),
    )
    times = sorted(taken for taken, _ in answers)
    p50, p99 = (times[int(len(times) * share)] for share in (0.5, 0.99))
    statuses = dict(Counter(status for _, status in answers))
    beside = f" beside {sum(tried.values())} sign-ins {dict(tried)}" if storm else ""
    print(f"  {len(answers)} answers {statuses}, p50 {p50:.3f} s, p99 {p99:.3f} s, slowest {times[-1]:.3f} s{beside}")


def lags(logs: Path) -> None:
    """Print the worst minute of each service's event loop."""
    for log in sorted(logs.glob("*.log")):
        found = [json.loads(line) for line in log.read_text().splitlines() if '"loop.lag"' in line]
        if found:
            p99, most = max(one["p99_ms"] for one in found), max(one["most_ms"] for one in found)
            print(f"  {log.stem:<10} loop lag p99 {p99:.1f} ms (goal < {GOAL_LAG_MS}), most {most:.1f} ms")


def main() -> None:
    """Start a platform with the demo's data and measure it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=65)
    seconds = parser.parse_args().seconds
    aos = str(Path(sys.executable).parent / "aos")
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"AOS_HOME": home, "AOS_SESSION_FILE": f"{home}/session.json"}
        try:
            subprocess.run([aos, "demo", "--json"], env=environment, stdout=subprocess.DEVNULL, check=True)
            session = json.loads(Path(home, "session.json").read_text())
            print(f"\n{CLIENTS} clients for {seconds:.0f} s, alone and beside {STORM} sign-ins at any time", flush=True)
            for storm in (0, STORM):
                asyncio.run(measure(session["url"], session["access"], seconds, storm))
                lags(Path(home, "logs"))
        finally:
            subprocess.run([aos, "down"], env=environment, stdout=subprocess.DEVNULL, check=False)


if __name__ == "__main__":
    main()
