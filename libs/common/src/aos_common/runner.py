"""Runs a service: its servers and background tasks together, ended together."""

import asyncio
import contextlib
import gc
import signal
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import grpc
import structlog
import uvicorn
import uvloop
from fastapi import FastAPI

from aos_common.http_protocol import BoundedHead
from aos_common.lag import LoopLag
from aos_common.settings import ServiceSettings

__all__ = ["Service", "run", "run_service"]

S = TypeVar("S", bound=ServiceSettings)

GRACE = 10
"""Seconds that requests under way have to end once the process is told to stop."""

log = structlog.get_logger()


@dataclass
class Service:
    """What a composition root hands over: servers for `serve`, endless tasks for the other roles, and how to close."""

    http: FastAPI
    grpc: grpc.aio.Server
    tasks: Sequence[Callable[[], Awaitable[None]]] = ()
    close: Sequence[Callable[[], Awaitable[None]]] = field(default_factory=list)


class _HttpServer(uvicorn.Server):
    """Leaves signals alone: `run` handles them for both servers."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def run_service(build: Callable[[S, frozenset[str]], Awaitable[Service]], settings: S, roles: frozenset[str]) -> None:
    """Build a service and run it until it is told to stop."""

    async def build_and_run() -> None:
        await run(await build(settings, roles), settings)

    uvloop.run(build_and_run())


async def run(service: Service, settings: ServiceSettings) -> None:
    """Serve until SIGTERM or SIGINT.

    A background task that ends by itself ends the process, for its supervisor to see.
    """
    tls = settings.mutual_tls()
    config = uvicorn.Config(
        service.http,
        host=settings.host,
        port=settings.http_port,
        log_level="warning",
        access_log=False,
        limit_concurrency=1000,
        timeout_graceful_shutdown=GRACE,
        server_header=False,
        proxy_headers=False,
        http=BoundedHead,
        ws="websockets-sansio",
        **(tls.server_options() if tls else {}),
    )
    http = _HttpServer(config)
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    await service.grpc.start()
    work = [asyncio.create_task(_endless(task)) for task in (LoopLag().run, *service.tasks)]
    work.append(asyncio.create_task(http.serve()))
    stopping = asyncio.create_task(stop.wait())
    _settle_memory()
    log.info("service.started", http=settings.http_port, grpc=settings.grpc_port)
    done, _ = await asyncio.wait([stopping, *work], return_when=asyncio.FIRST_COMPLETED)
    # As a signal of its own would, for libraries that end their streams when they see it. Requests under way on both
    # sides go on until they end or their time is up; only then what they may wait for is taken away.
    http.handle_exit(signal.SIGTERM, None)
    await asyncio.gather(service.grpc.stop(grace=GRACE), asyncio.wait([work[-1]]))
    for task in [*work[:-1], stopping]:
        task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await asyncio.gather(*work, stopping, return_exceptions=True)
    for close in service.close:
        await close()
    failed = [task for task in done if task is not stopping and not task.cancelled() and task.exception()]
    if failed:
        error = failed[0].exception()
        assert error is not None
        raise error


def _settle_memory() -> None:
    """Leave what was imported and built so far out of every later garbage collection, and collect less often.

    Modules, routes and schemas live as long as the process; looking at all of them again after every 700 new objects
    took a fifth of the time of a request.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)
    gc.enable()


async def _endless(task: Callable[[], Awaitable[None]]) -> None:
    await task()
    raise RuntimeError(f"background task {task!r} ended by itself")
