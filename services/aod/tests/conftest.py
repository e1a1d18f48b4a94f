"""What the tests of discovery share: real PostgreSQL, real files, and a mesh that only remembers what it was asked."""

import asyncio
import base64
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aod.app import build
from aod.settings import Settings
from aos_common import grpc as aos_grpc
from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.errors import DomainError, Kind
from aos_common.grpc import current_caller
from aos_common.migrations import migrate
from aos_common.runner import Service
from aos_common.testing import Issuer
from aos_local.provision import Provisioned
from aos_local.testing import postgres, provisioned_postgres
from autonomos.aam.v1 import connections_pb2 as aam
from autonomos.aam.v1 import connections_pb2_grpc as aam_stubs
from pydantic import SecretStr


class NameTaken(DomainError):
    reason, kind = "CONNECTION_EXISTS", Kind.CONFLICT


class Mesh(aam_stubs.ConnectionServiceServicer):
    """AAM's contract: one connection a request id, one a name."""

    def __init__(self) -> None:
        self.made: dict[str, aam.Connection] = {}
        self.asked: list[aam.CreateConnectionRequest] = []
        self.tenants: list[UUID] = []

    async def CreateConnection(
        self, request: aam.CreateConnectionRequest, context: Any
    ) -> aam.CreateConnectionResponse:
        self.asked.append(request)
        self.tenants.append(current_caller().tenant_id)
        if request.request_id not in self.made:
            if request.name in {connection.name for connection in self.made.values()}:
                raise NameTaken(f"There is a connection named {request.name!r}.")
            connection = aam.Connection(id=str(uuid4()), name=request.name, connector=request.connector)
            self.made[request.request_id] = connection
        return aam.CreateConnectionResponse(connection=self.made[request.request_id])


@pytest.fixture(scope="session")
def shared_data() -> Path:
    root = next(folder for folder in Path(__file__).parents if (folder / "libs").is_dir())
    return root.parent / "shared" / "data"


@pytest.fixture(scope="session")
def source_url() -> Iterator[str]:
    """A PostgreSQL that plays the customer's database."""
    with postgres() as url:
        yield url


@pytest.fixture(scope="session")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(["aod"]) as urls:
        migrate(urls["aod"].owner, "aod", migrations_folder("aod"))
        yield urls


@pytest.fixture
async def database(provisioned: Provisioned) -> AsyncIterator[Database]:
    database = Database(provisioned["aod"].app, "aod", pool_size=4)
    yield database
    await database.close()


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def mesh(issuer: Issuer) -> AsyncIterator[tuple[Mesh, str]]:
    servicer = Mesh()

    def add(server: Any) -> None:
        aam_stubs.add_ConnectionServiceServicer_to_server(servicer, server)

    server, port = aos_grpc.server(issuer.verifier(), [add], "127.0.0.1:0")
    await server.start()
    yield servicer, f"127.0.0.1:{port}"
    await server.stop(None)


Start = Callable[..., Awaitable[Service]]


@pytest.fixture
async def start(
    provisioned: Provisioned, issuer: Issuer, mesh: tuple[Mesh, str], tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Start]:
    """Builds the service in the roles named, or in all; its worker runs while the test does."""
    key = tmp_path_factory.mktemp("key") / "key"
    key.write_text(base64.b64encode(b"k" * 32).decode())
    async with AsyncExitStack() as stack:

        async def started(*roles: str, **settings: Any) -> Service:
            reach: dict[str, Any] = {"file_roots": "/", "egress_allow": "127.0.0.1"}
            chosen = {"aam_grpc": mesh[1], "jwks_url": "http://identity/jwks", **reach, **settings}
            url = SecretStr(provisioned["aod"].app)
            service = await build(
                Settings(database_url=url, credential_key=key.as_uri(), **chosen), frozenset(roles or ("serve", "work"))
            )
            service.http.state.verifier._client = issuer.client()
            for close in service.close:
                stack.push_async_callback(close)
            for task in service.tasks:
                running = asyncio.ensure_future(task())
                stack.push_async_callback(_ended, running)
            return service

        yield started


async def _ended(task: "asyncio.Future[None]") -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class Discovery:
    """A user of the REST API."""

    def __init__(self, http: httpx.AsyncClient, headers: dict[str, str]) -> None:
        self.http, self.headers = http, headers

    async def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        return await self.http.request(method, f"/api/v1/aod{path}", headers=self.headers, **arguments)

    async def scan(self, location: str, name: str = "") -> Any:
        """Scan to the end."""
        made = await self.call("POST", "/scans", json={"location": location, "name": name})
        assert made.status_code == 201, made.text
        async with asyncio.timeout(30):
            while True:
                scan = (await self.call("GET", f"/scans/{made.json()['id']}")).json()
                if scan["state"] in ("succeeded", "failed"):
                    return scan
                await asyncio.sleep(0.05)

    async def finding(self, location: str, name: str = "") -> Any:
        """Scan, and return what was found."""
        scan = await self.scan(location, name)
        assert scan["state"] == "succeeded", scan
        return (await self.call("GET", f"/findings/{scan['finding_id']}")).json()


@pytest.fixture
async def service(start: Start) -> Service:
    return await start()


@pytest.fixture
async def sign_in(service: Service, issuer: Issuer) -> AsyncIterator[Callable[..., Discovery]]:
    """Returns a user of a new tenant, or of a given one."""
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://aod") as http:

        def user(tenant: UUID | None = None, *roles: str) -> Discovery:
            return Discovery(http, issuer.headers(tenant or uuid4(), *roles))

        yield user


@pytest.fixture
def user(sign_in: Callable[..., Discovery]) -> Discovery:
    return sign_in()
