"""AOA itself, in the process of the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
from aoa.app import build
from aoa.settings import Settings
from aos_common.runner import Service


@asynccontextmanager
async def running(settings: Settings, *roles: str) -> AsyncIterator[Service]:
    """AOA in this process, its background work included."""
    service = await build(settings, frozenset(roles))
    tasks = [asyncio.ensure_future(task()) for task in service.tasks]
    try:
        yield service
    finally:
        for task in tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        for close in service.close:
            await close()


def client_of(service: Service) -> httpx.AsyncClient:
    """A client of the REST app in process."""
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://aoa")
