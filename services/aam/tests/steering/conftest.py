"""A steered mesh: real PostgreSQL for the platform and for the source."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from aam.adapters.steering.calendar import CronCalendar
from aam.adapters.steering.store import PostgresSteering
from aam.domain.connection import Connection
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.entrypoints.api import AamApi
from aam.entrypoints.steering.api import SteeringApi
from aos_common.auth import Caller
from aos_common.db import Database


@pytest.fixture
def items() -> Mapping:
    """How a table of numbers becomes items."""
    return Mapping(1, "item", (FieldMapping("n", "n", "integer", Transform("integer")),), ("id",))


@pytest.fixture
def caller() -> Caller:
    return Caller(uuid4(), "ann", frozenset({"owner"}), "token")


@pytest.fixture
def steering(api: AamApi, database: Database) -> SteeringApi:
    return SteeringApi(api, PostgresSteering(database), CronCalendar())


@pytest.fixture
def source(source_url: str) -> Iterator[psycopg.Connection[tuple[object, ...]]]:
    """The customer's database, with a schema of its own for the test."""
    with psycopg.connect(source_url, autocommit=True) as session:
        session.execute("DROP SCHEMA IF EXISTS steered CASCADE; CREATE SCHEMA steered")
        yield session
        session.execute("DROP SCHEMA steered CASCADE")


@pytest.fixture
async def connected(
    api: AamApi, caller: Caller, source: psycopg.Connection[tuple[object, ...]], source_url: str
) -> Connection:
    """A connection to the source's tables, not looked at yet."""
    settings = {"url": source_url, "schemas": ["steered"], "sslmode": "disable", "cursor_lag_seconds": 0}
    return await api.create(caller, "shop", "postgres", settings, [], "")
