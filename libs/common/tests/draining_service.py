"""A service that is slow on purpose, for test_runner.py: `python draining_service.py HTTP GRPC FILE`."""

import asyncio
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import grpc
from aos_common import runner
from aos_common.settings import ServiceSettings
from fastapi import FastAPI
from sse_starlette import EventSourceResponse

SECONDS = 1.5


def app() -> FastAPI:
    made = FastAPI()

    @made.get("/slow")
    async def slow() -> str:
        await asyncio.sleep(SECONDS)
        return "whole"

    @made.get("/stream")
    async def stream() -> EventSourceResponse:
        async def events() -> AsyncIterator[dict[str, str]]:
            number = 0
            while True:
                yield {"id": str(number), "data": "x"}
                number += 1
                await asyncio.sleep(0.05)

        return EventSourceResponse(events())

    return made


def note(text: str) -> None:
    with Path(sys.argv[3]).open("a") as log:
        log.write(f"{text}\n")


async def slow_rpc(request: bytes, _: Any) -> bytes:
    await asyncio.sleep(SECONDS)
    return request


async def build(settings: ServiceSettings, _: frozenset[str]) -> runner.Service:
    server = grpc.aio.server()
    handlers = {"Get": grpc.unary_unary_rpc_method_handler(slow_rpc)}
    server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("test.v1.Slow", handlers),))
    server.add_insecure_port(f"127.0.0.1:{settings.grpc_port}")

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            note("work let go")

    async def close() -> None:
        note("closed")

    return runner.Service(http=app(), grpc=server, tasks=[work], close=[close])


if __name__ == "__main__":
    settings = ServiceSettings(
        http_port=int(sys.argv[1]), grpc_port=int(sys.argv[2]), database_url="postgresql://nobody@127.0.0.1/none"
    )
    runner.run_service(build, settings, frozenset({"serve"}))
