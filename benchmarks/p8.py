"""P8: live viewers of the flow on one node, against raw sse-starlette sending the same bytes.

Both sides are one process with uvicorn. Ours reads Valkey, checks each viewer's token, filters by tenant and keeps
positions; the reference sends a text to whoever is connected. All viewers are of one tenant, the most for each event.
What counts are events delivered for each second of the server's CPU; the viewers' own CPU is left out. Then viewers
reconnect all the time and compare what they got with what was published.
"""

import argparse
import asyncio
import json
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

from redis.asyncio import Redis

from benchmarks.measure import ROOT, cpu_of

GOAL = 0.8
SECONDS = 20
PER_SECOND = 10


def main() -> None:
    """Measure both sides."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, default=2000)
    parser.add_argument("--serve", choices=("ours", "raw"), help="used by the benchmark itself")
    parser.add_argument("--valkey", default="")
    parser.add_argument("--port", type=int, default=0)
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(_serve(asked.serve, asked.valkey, asked.port))
    else:
        _compare(asked.viewers)


def _compare(viewers: int) -> None:
    from aos_local.testing import valkey

    with valkey() as url:
        rates = {}
        for side in ("ours", "raw"):
            with _server(side, url) as (port, token, pid):
                delivered, cpu = asyncio.run(_watch(side, url, port, token, pid, viewers))
                rates[side] = delivered / cpu
                wanted = viewers * PER_SECOND * SECONDS
                print(
                    f"P8  {side:<5} {viewers:,} viewers: {delivered:,} of {wanted:,} events, {cpu:.1f} CPU s",
                    flush=True,
                )
        ratio = rates["ours"] / rates["raw"]
        verdict = "reached" if ratio >= GOAL else "not reached"
        print(f"  events per CPU second: {rates['ours']:,.0f} against {rates['raw']:,.0f}")
        print(f"  ratio {ratio:.2f} (goal ≥ {GOAL}: {verdict})", flush=True)
        with _server("ours", url) as (port, token, _):
            reconnects, missed, twice = asyncio.run(_reconnect(url, port, token))
            print(f"  {reconnects} reconnects: {missed} events missed, {twice} seen twice", flush=True)


@contextmanager
def _server(side: str, url: str) -> Iterator[tuple[int, str, int]]:
    from aos_local.processes.ports import free_port

    port = free_port()
    command = [sys.executable, "-m", "benchmarks.p8", "--serve", side, "--valkey", url, "--port", str(port)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        token = process.stdout.readline().strip()
        yield port, token, process.pid
        process.terminate()


TENANT = UUID("01900000-0000-7000-8000-000000000001")


async def _serve(side: str, valkey_url: str, port: int) -> None:
    """One server; prints a token once it listens."""
    import uvicorn

    app, task, token = await (_ours(valkey_url) if side == "ours" else _raw(valkey_url))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", access_log=False, backlog=4096))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    print(token, flush=True)
    await serving
    task.cancel()


async def _ours(valkey_url: str) -> tuple[Any, "asyncio.Task[None]", str]:
    from aoa.adapters.flow_feed import FlowFeed
    from aoa.entrypoints.flow.api import FlowApi
    from aoa.entrypoints.flow.rest import router
    from aos_common import http
    from aos_common.testing import Issuer

    issuer, feed = Issuer(), FlowFeed(Redis.from_url(valkey_url))
    routes = {"/api/v1": [router(FlowApi(feed))]}
    verifier = issuer.verifier()
    app = http.create_app(service="aoa", title="t", prefix="/api/v1/aoa", routers=[], also=routes, verifier=verifier)
    return app, asyncio.create_task(feed.run()), issuer.token(TENANT)


async def _raw(valkey_url: str) -> tuple[Any, "asyncio.Task[None]", str]:
    from aos_common.streams import entries_of
    from sse_starlette import EventSourceResponse, ServerSentEvent
    from starlette.applications import Starlette
    from starlette.requests import Request
    from starlette.routing import Route

    queues: set[asyncio.Queue[tuple[str, str]]] = set()

    async def events(request: Request) -> EventSourceResponse:
        queue: asyncio.Queue[tuple[str, str]] = asyncio.Queue()
        queues.add(queue)

        async def each() -> AsyncIterator[ServerSentEvent]:
            while True:
                at, text = await queue.get()
                yield ServerSentEvent(text, event="flow", id=at)

        return EventSourceResponse(each(), ping=15)

    async def feed() -> None:
        redis, last = Redis.from_url(valkey_url), "$"
        text = json.dumps({"event_id": str(uuid4()), "filler": "x" * 260})  # as long as one of ours
        while True:
            for _, at, _ in entries_of(await redis.xread({"aam:flow": last}, block=500)):
                last = at
                for queue in queues:
                    queue.put_nowait((at, text))

    return Starlette(routes=[Route("/api/v1/events/stream", events)]), asyncio.create_task(feed()), "none"


async def _publish(redis: Redis, names: list[str]) -> None:
    from aos_common.flow import FlowEvent, Stage, Status
    from aos_common.flow_publisher import FlowPublisher

    words = {"rows": "1000", "batches": "3", "run": str(uuid4())}
    made = [FlowEvent(TENANT, "aam", Stage.EVENT_INGESTED, Status.SUCCESS, name, 12.5, words, "") for name in names]
    await FlowPublisher(redis, "bench").publish(made)


async def _connect(port: int, token: str, after: str = "") -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    resume = f"Last-Event-ID: {after}\r\n" if after else ""
    head = f"GET /api/v1/events/stream HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n{resume}\r\n"
    writer.write(head.encode())
    status = await reader.readline()
    assert b"200" in status, status
    return reader, writer


async def _watch(side: str, url: str, port: int, token: str, pid: int, viewers: int) -> tuple[int, float]:
    """Events delivered to all viewers, and the server's CPU seconds for it."""
    seen = [0] * viewers

    async def view(place: int) -> None:
        reader, _ = await _connect(port, token)
        ready.release()
        while data := await reader.read(1 << 16):
            seen[place] += data.count(b"event: flow")

    ready = asyncio.Semaphore(0)
    tasks = []
    for start in range(0, viewers, 100):
        tasks += [asyncio.create_task(view(place)) for place in range(start, min(start + 100, viewers))]
        for _ in range(min(100, viewers - start)):
            await ready.acquire()
    await asyncio.sleep(1)
    redis, before = Redis.from_url(url), cpu_of(pid)
    began = time.monotonic()
    for number in range(SECONDS * PER_SECOND):
        await asyncio.sleep(max(0, began + number / PER_SECOND - time.monotonic()))
        await _publish(redis, [f"e{number}"])
    deadline = time.monotonic() + 60
    while min(seen) < SECONDS * PER_SECOND and time.monotonic() < deadline:
        await asyncio.sleep(0.1)
    spent = cpu_of(pid) - before
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await redis.aclose()
    return sum(seen), spent


async def _reconnect(url: str, port: int, token: str) -> tuple[int, int, int]:
    """Viewers that break off after every few events, and what they missed or saw twice."""
    viewers, events = 20, 200
    reconnects = 0

    async def view() -> list[str]:
        nonlocal reconnects
        got: list[str] = []
        position = ""
        async with asyncio.timeout(60):
            while len(got) < events:
                reader, writer = await _connect(port, token, position)
                started.release()
                for _ in range(7):
                    at, name = await _next(reader)
                    position = at
                    got.append(name)
                    if len(got) == events:
                        break
                writer.close()
                reconnects += 1
        return got

    started = asyncio.Semaphore(0)
    tasks = [asyncio.create_task(view()) for _ in range(viewers)]
    for _ in range(viewers):
        await started.acquire()
    names, redis = [f"r{number}" for number in range(events)], Redis.from_url(url)
    for start in range(0, events, 10):
        await _publish(redis, names[start : start + 10])
        await asyncio.sleep(0.05)
    every = await asyncio.gather(*tasks)
    await redis.aclose()
    missed = sum(len(set(names) - set(got)) for got in every)
    return reconnects, missed, sum(len(got) - len(set(got)) for got in every)


async def _next(reader: asyncio.StreamReader) -> tuple[str, str]:
    at = ""
    while True:
        line = (await reader.readline()).decode().strip()
        if line.startswith("id: "):
            at = line[4:]
        if line.startswith("data: ") and at:
            return at, json.loads(line[6:])["entity_id"]


if __name__ == "__main__":
    main()
