"""What the tests of onboarding share."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from aam.adapters.onboarding.funnel import PostgresFunnel
from aam.adapters.onboarding.previews import ParquetPreviewer
from aam.entrypoints.api import AamApi
from aam.entrypoints.onboarding.api import OnboardingApi
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.objects import ObjectStore


@pytest.fixture
def caller() -> Caller:
    return Caller(uuid4(), "ann", frozenset({"owner"}), "token")


@pytest.fixture
def onboarding(api: AamApi, database: Database, objects: ObjectStore, mappings: Any) -> OnboardingApi:
    return OnboardingApi(
        connectors=api.connectors,
        connections=api.connections,
        proposals=mappings,
        previewer=ParquetPreviewer(objects),
        funnels=PostgresFunnel(database),
        clock=lambda: datetime.now(UTC),
    )


@pytest.fixture(autouse=True)
async def _no_jobs_left(database: Database, caller: Caller) -> AsyncIterator[None]:
    """These tests run the first look themselves: nobody else's worker should."""
    yield
    async with database.tenant_tx(caller.tenant_id) as tx:
        await tx.execute(sa.text("DELETE FROM jobs"))
