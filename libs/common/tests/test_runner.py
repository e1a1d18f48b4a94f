"""SIGTERM loses nothing: what is under way ends, streams end, and the process goes in time."""

import asyncio
import contextlib
import signal
import sys
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc
import httpx
from aos_local.processes.ports import free_port

SERVICE = Path(__file__).with_name("draining_service.py")


@dataclass
class Running:
    process: Process
    http: str
    rpc: str
    log: Path


@asynccontextmanager
async def running(folder: Path) -> AsyncIterator[Running]:
    http, rpc, log = free_port(), free_port(), folder / "log"
    log.write_text("")
    arguments = [str(SERVICE), str(http), str(rpc), str(log)]
    process = await asyncio.create_subprocess_exec(sys.executable, *arguments)
    try:
        async with httpx.AsyncClient() as client:
            for _ in range(200):
                try:
                    await client.get(f"http://127.0.0.1:{http}/")
                    break
                except httpx.TransportError:
                    await asyncio.sleep(0.1)
        yield Running(process, f"http://127.0.0.1:{http}", f"127.0.0.1:{rpc}", log)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_sigterm_when_requests_are_under_way_then_they_are_answered_before_anything_is_closed(
    tmp_path: Path,
) -> None:
    async with (
        running(tmp_path) as service,
        httpx.AsyncClient() as client,
        grpc.aio.insecure_channel(service.rpc) as rpc,
    ):
        asked = asyncio.create_task(client.get(f"{service.http}/slow"))
        called = asyncio.ensure_future(rpc.unary_unary("/test.v1.Slow/Get")(b"whole", timeout=10))
        await asyncio.sleep(0.5)
        service.process.send_signal(signal.SIGTERM)
        answer = await asked
        assert answer.status_code == 200
        assert answer.json() == "whole"
        assert await called == b"whole"
        assert await asyncio.wait_for(service.process.wait(), 10) == 0
        assert service.log.read_text() == "work let go\nclosed\n"


async def test_sigterm_when_a_stream_is_open_then_the_process_does_not_wait_for_it(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as service, httpx.AsyncClient() as client:
        async with client.stream("GET", f"{service.http}/stream") as stream:
            lines = stream.aiter_lines()
            assert (await anext(lines)).startswith("id:")
            service.process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            # The body has no end; a client of events connects again, and says which it has seen.
            with contextlib.suppress(httpx.RemoteProtocolError):
                async for _ in lines:
                    pass
        assert await asyncio.wait_for(service.process.wait(), 10) == 0
        assert time.monotonic() - began < 5


async def test_sigterm_when_idle_then_new_connections_are_refused_within_a_second(tmp_path: Path) -> None:
    async with running(tmp_path) as service:
        service.process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(service.process.wait(), 5) == 0
