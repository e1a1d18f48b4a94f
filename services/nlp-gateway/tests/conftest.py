"""What the NLP gateway's tests share: a real PostgreSQL with the service's schema."""

from collections.abc import AsyncIterator, Iterator

import pytest
from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.migrations import migrate
from aos_local.provision import Provisioned
from aos_local.testing import provisioned_postgres


@pytest.fixture(scope="session")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(["nlp_gateway"]) as urls:
        migrate(urls["nlp_gateway"].owner, "nlp_gateway", migrations_folder("nlp_gateway"))
        yield urls


@pytest.fixture
async def database(provisioned: Provisioned) -> AsyncIterator[Database]:
    database = Database(provisioned["nlp_gateway"].app, "nlp_gateway", pool_size=4)
    yield database
    await database.close()
