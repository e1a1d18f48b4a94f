"""What AOA's tests share: PostgreSQL, Temporal, the services it calls over scripted state, and the service itself."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

sys.path.insert(0, str(Path(__file__).parent))  # the stand-ins are shared by tests of several folders

import httpx
import pytest
from aoa.settings import Settings
from aoa_fakes.lake import FakeLake
from aoa_fakes.mesh import FakeMesh
from aoa_fakes.real_data import crm_views
from aoa_fakes.service import client_of, running
from aoa_fakes.tokens import token_server
from aos_common import grpc
from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.migrations import migrate
from aos_common.testing import Issuer
from aos_local.provision import Provisioned
from aos_local.testing import provisioned_postgres, temporal
from pydantic import SecretStr


@pytest.fixture(scope="session")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(["aoa"]) as urls:
        migrate(urls["aoa"].owner, "aoa", migrations_folder("aoa"))
        yield urls


@pytest.fixture(scope="session")
def temporal_address() -> Iterator[str]:
    with temporal() as address:
        yield address


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture(scope="session")
def identity(issuer: Issuer) -> Iterator[str]:
    with token_server(issuer) as url:
        yield url


@pytest.fixture
def tenant() -> UUID:
    return uuid4()


@pytest.fixture
async def database(provisioned: Provisioned) -> AsyncIterator[Database]:
    database = Database(provisioned["aoa"].app, "aoa")
    yield database
    await database.close()


@dataclass
class World:
    """The services around AOA, and where they listen."""

    mesh: FakeMesh
    lake: FakeLake
    settings: Settings


@pytest.fixture
async def world(provisioned: Provisioned, temporal_address: str, identity: str, issuer: Issuer) -> AsyncIterator[World]:
    mesh = FakeMesh()
    views, connection = crm_views()
    lake = FakeLake(views)
    verifier = issuer.verifier()
    aam, aam_port = grpc.server(verifier, [mesh.register], "127.0.0.1:0")
    dcl, dcl_port = grpc.server(verifier, [lake.register], "127.0.0.1:0")
    await aam.start()
    await dcl.start()
    settings = Settings(
        database_url=SecretStr(provisioned["aoa"].app),
        temporal_address=temporal_address,
        temporal_task_queue=f"aoa-{uuid4()}",
        aam_grpc=f"127.0.0.1:{aam_port}",
        dcl_grpc=f"127.0.0.1:{dcl_port}",
        jwks_url=f"{identity}/jwks",
        token_url=f"{identity}/oauth2/token",
        client_id="aoa",
        client_secret=SecretStr("secret"),
        heartbeat_seconds=1,
        poll_seconds=0.05,
        unify_patience_seconds=1.5,
    )
    yield World(mesh, lake, settings)
    await aam.stop(0)
    await dcl.stop(0)
    await verifier.close()
    connection.close()


@pytest.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """REST without a worker: runs that are started stay active."""
    async with running(world.settings, "serve") as service, client_of(service) as client:
        yield client


@pytest.fixture
async def working(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """REST with a worker."""
    async with running(world.settings, "serve", "work") as service, client_of(service) as client:
        yield client


Until = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]


@pytest.fixture
def until() -> Until:
    """Ask again until the answer is true, for 30 seconds at most."""

    async def wait(ask: Callable[[], Awaitable[Any]]) -> Any:
        async with asyncio.timeout(30):
            while not (answer := await ask()):
                await asyncio.sleep(0.05)
            return answer

    return wait
