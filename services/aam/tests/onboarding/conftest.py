"""What the tests of onboarding share."""

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
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
