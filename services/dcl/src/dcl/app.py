"""Composition root of DCL: the only file that knows all parts."""

import os
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from aos_access.roles import ROLES
from aos_common.db import Database
from aos_common.objects import ObjectStore
from aos_common.runner import Service
from aos_common.shared import share
from aos_common.streams import Consumer, Event
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection

from dcl.adapters.ingestions import PostgresConsumptions, PostgresIngestions, announce_refusal
from dcl.adapters.lake.connections import LakeConnections, LakeSettings
from dcl.adapters.lake.store import DuckLake
from dcl.adapters.mappings import PostgresMappings
from dcl.adapters.matcher import OfflineMatcher
from dcl.adapters.metrics_files import load_metrics
from dcl.adapters.ontology_files import load_ontology
from dcl.entrypoints import grpc as grpc_entry
from dcl.entrypoints.api import DclApi
from dcl.entrypoints.consumer import CanonicalConsumer, announced_by
from dcl.entrypoints.metrics import grpc as metric_rpcs
from dcl.entrypoints.metrics import rest as metric_routes
from dcl.entrypoints.metrics.api import MetricsApi
from dcl.entrypoints.rest import mapping_router, view_router
from dcl.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC)


def _lake(settings: Settings, matcher: OfflineMatcher) -> DuckLake:
    lake_settings = LakeSettings(
        catalog_url=settings.lake_catalog_url.get_secret_value(),
        objects_url=settings.objects_url,
        objects_options=settings.objects_options,
        memory_limit=settings.lake_memory,
        threads=settings.lake_threads,
        connections=settings.lake_connections,
    )
    objects = ObjectStore(settings.objects_url, settings.objects_options)
    entities = matcher.ontology.entities
    return DuckLake(LakeConnections(lake_settings, entities), objects, matcher.ontology)


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire DCL for the roles of this process."""
    shared = share("dcl", settings, ROLES)
    database = shared.database
    matcher = OfflineMatcher(load_ontology())
    lake = _lake(settings, matcher)
    api = DclApi(
        ontology=matcher.ontology,
        matcher=matcher,
        mappings=PostgresMappings(database),
        lake=lake,
        ingestions=PostgresIngestions(database, _now),
        consumptions=PostgresConsumptions(database),
        clock=_now,
        flags=shared.flags,
    )
    metrics = MetricsApi(load_metrics(matcher.ontology), matcher.ontology, lake)
    routers = [mapping_router(api), view_router(api), metric_routes.router(metrics)]
    app = shared.rest("AutonomOS DCL", "/api/v1/dcl", routers)
    app.state.api = api
    server = shared.rpc([partial(grpc_entry.register, api), partial(metric_rpcs.register, metrics)])
    tasks: list[Callable[[], Awaitable[None]]] = list(shared.tasks)
    if "consume" in roles:
        tasks += _consumers(settings, shared.redis, database, api)
    return Service(http=app, grpc=server, tasks=tasks, close=[matcher.close, lake.close, *shared.close])


async def _refused(connection: AsyncConnection, event: Event, why: str) -> None:
    if about := announced_by(event):
        await announce_refusal(connection, event.tenant_id, *about, why)


def _consumers(
    settings: Settings, redis: Redis, database: Database, api: DclApi
) -> list[Callable[[], Awaitable[None]]]:
    consumer = Consumer(
        redis,
        database,
        streams=[f"aam:canonical:{n}" for n in range(settings.canonical_partitions)],
        group="dcl",
        name=f"{socket.gethostname()}:{os.getpid()}",
        handler=CanonicalConsumer(api),
        buried=_refused,
    )
    return [consumer.run]
