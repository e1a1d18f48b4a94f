from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest
from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.migrations import migrate
from aos_local.provision import Provisioned
from aos_local.testing import provisioned_postgres
from identity.app import build
from identity.settings import Settings
from pydantic import SecretStr

CLIENTS = {"aam": "a secret for aam"}


@pytest.fixture(scope="session")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(["identity"]) as urls:
        migrate(urls["identity"].owner, "identity", migrations_folder("identity"))
        yield urls


@pytest.fixture
async def database(provisioned: Provisioned) -> AsyncIterator[Database]:
    database = Database(provisioned["identity"].app, "identity")
    yield database
    await database.close()


@pytest.fixture
async def client(provisioned: Provisioned, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The REST app in process; its own key set verifies its tokens, over the same transport."""
    settings = Settings(
        database_url=SecretStr(provisioned["identity"].app),
        signing_key_file=tmp_path / "key.pem",
        service_clients=CLIENTS,
        jwks_url="http://identity/.well-known/jwks.json",
    )
    service = await build(settings, frozenset({"serve"}))
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    service.http.state.verifier._client = httpx.AsyncClient(transport=transport)
    async with httpx.AsyncClient(transport=transport, base_url="http://identity") as client:
        yield client
    for close in service.close:
        await close()
