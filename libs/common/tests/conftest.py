from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from aos_common.db import Database
from aos_common.migrations import migrate
from aos_local.provision import Provisioned
from aos_local.testing import provisioned_postgres, valkey
from redis.asyncio import Redis


@pytest.fixture(scope="session")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(["aod"]) as urls:
        migrate(urls["aod"].owner, "aod", Path(__file__).parent / "migrations")
        yield urls


@pytest.fixture(scope="session")
def valkey_url() -> Iterator[str]:
    with valkey() as url:
        yield url


@pytest.fixture
async def database(provisioned: Provisioned) -> AsyncIterator[Database]:
    database = Database(provisioned["aod"].app, "aod", pool_size=4, wait=0.5)
    yield database
    await database.close()


@pytest.fixture
async def redis(valkey_url: str) -> AsyncIterator[Redis]:
    client = Redis.from_url(valkey_url)
    yield client
    await client.aclose()


@pytest.fixture
def tenant() -> UUID:
    return uuid4()
