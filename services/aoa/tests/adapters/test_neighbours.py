"""Each service's own word on whether it can serve, asked for at the same time."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from uuid import uuid4

import httpx
import pytest
from aoa.adapters.flow_feed import FlowFeed
from aoa.adapters.neighbours import GrpcNeighbours
from aoa.domain.health import AWAY, NOT_READY, READY
from aoa.entrypoints.health import router
from aos_common import grpc
from aos_common.errors import DependencyUnavailable
from aos_common.testing import Issuer
from aos_local.processes.ports import free_port
from redis.asyncio import Redis


async def _fine() -> None:
    pass


async def _broken() -> None:
    raise DependencyUnavailable("the store does not answer")


async def _slow() -> None:
    await asyncio.sleep(60)


@asynccontextmanager
async def _serving(check: Callable[[], Awaitable[None]]) -> AsyncIterator[str]:
    verifier = Issuer().verifier()
    server, port = grpc.server(verifier, [], "127.0.0.1:0", checks=[check])
    await server.start()
    yield f"127.0.0.1:{port}"
    await server.stop(0)
    await verifier.close()


@pytest.fixture
async def neighbours() -> AsyncIterator[GrpcNeighbours]:
    async with _serving(_fine) as fine, _serving(_broken) as broken, _serving(_slow) as slow:
        addresses = {"dcl": fine, "aam": broken, "aod": slow, "identity": f"127.0.0.1:{free_port()}"}
        asked = GrpcNeighbours({name: grpc.channel(address) for name, address in addresses.items()})
        yield asked
        await asked.close()


async def test_states_when_services_differ_then_each_says_its_own_within_seconds(neighbours: GrpcNeighbours) -> None:
    began = time.monotonic()
    states = await neighbours.states()
    assert states == {"dcl": READY, "aam": NOT_READY, "aod": NOT_READY, "identity": AWAY}
    assert time.monotonic() - began < 5


async def test_route_when_something_is_not_ready_then_says_degraded_to_users_alone(neighbours: GrpcNeighbours) -> None:
    issuer, redis = Issuer(), Redis(port=free_port())
    async with issuer.rest("aoa", [router(neighbours, FlowFeed(redis))]) as client:
        assert (await client.get("/health")).status_code == 401
        answer: httpx.Response = await client.get("/health", headers=issuer.headers(uuid4(), "viewer"))
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["services"]["dcl"]) == ("degraded", "ready")
    await redis.aclose()
