"""Composition root of AOA: the only file that knows all parts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from aos_access.doors import SERVICES
from aos_access.roles import ROLES
from aos_common.runner import Service
from aos_common.shared import Shared, share
from temporalio.client import Client
from temporalio.contrib.opentelemetry import TracingInterceptor
from temporalio.service import TLSConfig

from aoa.adapters.aam_client import AamClient
from aoa.adapters.dcl_client import DclClient
from aoa.adapters.findings import PostgresFindings
from aoa.adapters.flow_feed import FlowFeed
from aoa.adapters.neighbours import GrpcNeighbours
from aoa.adapters.runs import PostgresRuns
from aoa.adapters.temporal_client import TemporalPipelines
from aoa.entrypoints import grpc as grpc_entry
from aoa.entrypoints.api import AoaApi
from aoa.entrypoints.flow.api import FlowApi
from aoa.entrypoints.flow.rest import router as flow_router
from aoa.entrypoints.health import router as health_router
from aoa.entrypoints.rest import router
from aoa.entrypoints.worker import PipelineSteps, PipelineWorker
from aoa.settings import Settings
from aoa.usecases.polling import Poll

Close = Callable[[], Awaitable[None]]


def _now() -> datetime:
    return datetime.now(UTC)


def _temporal_tls(settings: Settings) -> bool | TLSConfig:
    """Chain and host name are always checked; the files say whom to trust and what to show."""
    ca, certificate, key = (
        path.read_bytes() if path else None
        for path in (settings.temporal_tls_ca, settings.temporal_tls_cert, settings.temporal_tls_key)
    )
    if ca or certificate:
        return TLSConfig(server_root_ca_cert=ca, client_cert=certificate, client_private_key=key)
    return settings.temporal_tls


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire AOA for the roles of this process."""
    shared = share("aoa", settings, ROLES)
    runs, findings = PostgresRuns(shared.database), PostgresFindings(shared.database)
    connect = partial(
        Client.connect,
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        tls=_temporal_tls(settings),
        # A run continues the trace of whoever started it; a workflow alone would begin one at each task.
        interceptors=[TracingInterceptor()],
    )
    # Lazy: the service comes up, and its reads work, while Temporal is away.
    pipelines = TemporalPipelines(await connect(lazy=True), settings.temporal_task_queue)
    api = AoaApi(runs, findings, pipelines, _now, settings.heartbeat_seconds)
    feed = FlowFeed(shared.redis)
    neighbours = _neighbours(settings, shared)
    platform = [flow_router(FlowApi(feed)), health_router(neighbours, feed)]
    app = shared.rest("AutonomOS AOA", "/api/v1/aoa", [router(api)], {"/api/v1": platform})
    server = shared.rpc([partial(grpc_entry.register, api)])
    if "serve" in roles:
        shared.tasks.append(feed.run)
    service = Service(http=app, grpc=server, tasks=shared.tasks, close=[neighbours.close, *shared.close])
    if "work" in roles:
        worker, closes = _worker(settings, connect, shared, runs, findings)
        service.tasks = [*shared.tasks, worker.run]
        service.close = [*closes, *service.close]
    return service


def _neighbours(settings: Settings, shared: Shared) -> GrpcNeighbours:
    addresses = {name: getattr(settings, f"{name}_grpc") for name in SERVICES}
    return GrpcNeighbours({name: shared.channel(address) for name, address in addresses.items()})


def _worker(
    settings: Settings,
    connect: Callable[[], Awaitable[Client]],
    shared: Shared,
    runs: PostgresRuns,
    findings: PostgresFindings,
) -> tuple[PipelineWorker, list[Close]]:
    aam, dcl = shared.channel(settings.aam_grpc), shared.channel(settings.dcl_grpc)
    views = DclClient(dcl, shared.tokens)
    steps = PipelineSteps(
        runs=runs,
        findings=findings,
        mesh=AamClient(aam, shared.tokens),
        views=views,
        ingestions=views,
        clock=_now,
        poll=Poll(settings.poll_seconds, settings.unify_patience_seconds),
    )
    worker = PipelineWorker(connect, steps, settings.temporal_task_queue, settings.concurrent_steps)
    return worker, [aam.close, dcl.close]
