"""A steered mesh: real PostgreSQL for the platform and for the source."""

from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa
from aam.adapters.steering.calendar import CronCalendar
from aam.adapters.steering.store import PostgresSteering
from aam.domain.connection import Connection
from aam.domain.mapping import FieldMapping, Mapping, Transform
from aam.entrypoints.api import AamApi
from aam.entrypoints.steering.api import SteeringApi
from aos_common.auth import Caller
from aos_common.db import Database
from aos_common.objects import ObjectStore, TenantObjects
from autonomos.events.v1 import events_pb2


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


View = dict[str, Any]


@pytest.fixture
def view(database: Database, objects: ObjectStore, caller: Caller) -> Callable[[], Awaitable[View]]:
    """What DCL makes of all that was announced: of each key the highest version, without what a whole reading lacks."""

    async def merged() -> View:
        async with database.tenant_tx(caller.tenant_id) as tx:
            query = "SELECT type, payload FROM outbox WHERE type LIKE 'aam.%' ORDER BY created_at, type"
            rows = (await tx.execute(sa.text(query))).all()
        kept: dict[tuple[str, str], Any] = {}
        for row in rows:
            if row.type == "aam.canonical.batch":
                _merge(kept, objects.tenant(caller.tenant_id), row.payload)
            else:
                _finish(kept, events_pb2.StreamCompleted.FromString(row.payload))
        return {key: record["n"] for (_, key), record in kept.items() if not record.get("_deleted")}

    return merged


def _merge(kept: dict[tuple[str, str], Any], store: TenantObjects, payload: bytes) -> None:
    batch = events_pb2.CanonicalBatch.FromString(payload)
    for record in pq.read_table(store.path(batch.object_key)).to_pylist():
        key = (record["_source"], record["_key"])
        if record["_version"] >= kept.get(key, record)["_version"]:
            kept[key] = record


def _finish(kept: dict[tuple[str, str], Any], done: Any) -> None:
    older = [key for key, record in kept.items() if record["_version"] < done.snapshot_version]
    for key in older if done.snapshot else ():
        if key[0] == done.source:
            del kept[key]
