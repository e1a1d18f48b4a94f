"""Composition root of AAM: the only file that knows all parts."""

import os
import socket
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from aos_access.roles import ROLES
from aos_common.egress import Egress
from aos_common.jobs import Worker
from aos_common.objects import ObjectStore
from aos_common.runner import Service
from aos_common.secrets import CredentialLocators, SecretBox
from aos_common.shared import Shared, share
from aos_common.streams import Consumer

from aam.adapters.connections import PostgresConnections
from aam.adapters.dcl_client import DclMappings
from aam.adapters.deliveries import PostgresDeliveries
from aam.adapters.extraction.extractor import ArrowExtractor
from aam.adapters.onboarding.funnel import PostgresFunnel
from aam.adapters.onboarding.previews import ParquetPreviewer
from aam.adapters.onboarding.reach import TcpReach
from aam.adapters.quarantine import PostgresQuarantine
from aam.adapters.runs import PostgresRuns
from aam.adapters.sources.registry import InstalledConnectors
from aam.adapters.statistics import PostgresStatistics
from aam.adapters.steering.calendar import CronCalendar
from aam.adapters.steering.store import PostgresSteering
from aam.adapters.watching.airbyte import Airbyte
from aam.adapters.watching.watches import PostgresWatches
from aam.entrypoints import grpc as grpc_entry
from aam.entrypoints.api import AamApi
from aam.entrypoints.consumer import STREAMS, DclConsumer
from aam.entrypoints.onboarding import grpc as onboarding_grpc
from aam.entrypoints.onboarding.api import OnboardingApi
from aam.entrypoints.onboarding.rest import onboarding_router
from aam.entrypoints.rest import connection_router, run_router
from aam.entrypoints.statistics import grpc as statistics_grpc
from aam.entrypoints.statistics.api import StatisticsApi
from aam.entrypoints.statistics.rest import statistics_router
from aam.entrypoints.steering import grpc as steering_grpc
from aam.entrypoints.steering.api import SteeringApi
from aam.entrypoints.steering.rest import steering_router
from aam.entrypoints.steering.worker import due_times
from aam.entrypoints.watching import grpc as watching_grpc
from aam.entrypoints.watching.api import WatchingApi
from aam.entrypoints.watching.rest import watching_router
from aam.entrypoints.watching.worker import looks
from aam.entrypoints.worker import handlers
from aam.ports import Mappings
from aam.settings import Settings

Vault = tuple[SecretBox, CredentialLocators]
"""Credentials kept here, and those that tenants keep."""


def _now() -> datetime:
    return datetime.now(UTC)


def _extractor(settings: Settings) -> ArrowExtractor:
    return ArrowExtractor(
        ObjectStore(settings.objects_url, settings.objects_options),
        quarantine_limit=settings.quarantine_limit,
        scratch=settings.scratch_dir,
        memory_mb=settings.projection_memory_mb,
    )


def _onboarding(settings: Settings, shared: Shared, api: AamApi, dcl: DclMappings) -> OnboardingApi:
    objects = ObjectStore(settings.objects_url, settings.objects_options)
    return OnboardingApi(
        connectors=api.connectors,
        connections=api.connections,
        proposals=dcl,
        previewer=ParquetPreviewer(objects),
        funnels=PostgresFunnel(shared.database),
        clock=_now,
    )


def _api(settings: Settings, shared: Shared, vault: Vault, mappings: Mappings) -> AamApi:
    database = shared.database
    return AamApi(
        connectors=InstalledConnectors(settings.folders(), Egress(settings.egress_allow), settings.scratch_dir),
        connections=PostgresConnections(database, *vault),
        runs=PostgresRuns(database, settings.canonical_partitions),
        quarantine=PostgresQuarantine(database),
        extractor=_extractor(settings),
        mappings=mappings,
        clock=_now,
        flags=shared.flags,
        reach=TcpReach(Egress(settings.egress_allow)),
        statistics=PostgresStatistics(database),
        deliveries=PostgresDeliveries(database),
        streams_at_once=settings.streams_at_once,
        most_unapplied=settings.unapplied_batches,
        landing_days=settings.landing_days,
    )


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire AAM for the roles of this process."""
    shared = share("aam", settings, ROLES)
    database = shared.database
    channel = shared.channel(settings.dcl_grpc)
    box, locators = SecretBox.from_setting(settings.credential_key), CredentialLocators(settings.connector_vault)
    dcl = DclMappings(channel, shared.tokens)
    api = _api(settings, shared, (box, locators), dcl)
    onboarding = _onboarding(settings, shared, api, dcl)
    measuring = StatisticsApi(api.connections, api.statistics, _now)
    watching = WatchingApi(PostgresWatches(database, box), Airbyte(Egress(settings.egress_allow)), _now)
    steering = SteeringApi(api, PostgresSteering(database), CronCalendar())
    routers = [
        onboarding_router(onboarding),
        statistics_router(measuring),
        watching_router(watching),
        connection_router(api),
        run_router(api),
        steering_router(steering),
    ]
    app = shared.rest("AutonomOS AAM", "/api/v1/aam", routers)
    registers = [
        partial(grpc_entry.register, api),
        partial(onboarding_grpc.register, onboarding),
        partial(statistics_grpc.register, measuring),
        partial(watching_grpc.register, watching),
        partial(steering_grpc.register, steering),
    ]
    server = shared.rpc(registers)
    tasks: list[Callable[[], Awaitable[None]]] = list(shared.tasks)
    if "consume" in roles:
        name = f"{socket.gethostname()}:{os.getpid()}"
        handler = DclConsumer(api)
        tasks.append(Consumer(shared.redis, database, streams=STREAMS, group="aam", name=name, handler=handler).run)
    if "work" in roles:
        tasks.append(Worker(database, handlers(api), concurrency=settings.runs_at_once).run)
        # Of their own: a worker whose places are all taken by runs still looks after due times.
        tasks.append(due_times(database, steering).run)
        tasks.append(looks(database, watching).run)
    closing = [channel.close, box.close, locators.close, *shared.close]
    return Service(http=app, grpc=server, tasks=tasks, close=closing)
