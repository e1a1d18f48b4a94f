"""Composition root of AOA: the only file that knows all parts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from aos_common import grpc, http
from aos_common.auth import ServiceTokens, TokenVerifier
from aos_common.db import Database
from aos_common.runner import Service
from temporalio.client import Client

from aoa.adapters.aam_client import AamClient
from aoa.adapters.dcl_client import DclClient
from aoa.adapters.findings import PostgresFindings
from aoa.adapters.runs import PostgresRuns
from aoa.adapters.temporal_client import TemporalPipelines
from aoa.entrypoints import grpc as grpc_entry
from aoa.entrypoints.api import AoaApi
from aoa.entrypoints.rest import router
from aoa.entrypoints.worker import PipelineSteps, PipelineWorker
from aoa.settings import Settings
from aoa.usecases.polling import Poll

Close = Callable[[], Awaitable[None]]


def _now() -> datetime:
    return datetime.now(UTC)


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire AOA for the roles of this process."""
    database = Database(
        settings.database_url.get_secret_value(), "aoa", pool_size=settings.database_pool, wait=settings.database_wait
    )
    runs, findings = PostgresRuns(database), PostgresFindings(database)
    connect = partial(
        Client.connect,
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        tls=settings.temporal_tls,
    )
    # Lazy: the service comes up, and its reads work, while Temporal is away.
    pipelines = TemporalPipelines(await connect(lazy=True), settings.temporal_task_queue)
    api = AoaApi(runs, findings, pipelines, _now, settings.heartbeat_seconds)
    verifier = TokenVerifier(settings.jwks_url, settings.issuer, settings.audience)
    app = http.create_app(
        service="aoa",
        title="AutonomOS AOA",
        prefix="/api/v1/aoa",
        routers=[router(api)],
        verifier=verifier,
        checks=[database.ping],
    )
    server, _ = grpc.server(verifier, [partial(grpc_entry.register, api)], f"{settings.host}:{settings.grpc_port}")
    service = Service(http=app, grpc=server, close=[verifier.close, database.close])
    if "work" in roles:
        worker, closes = _worker(settings, connect, runs, findings)
        service.tasks = [worker.run]
        service.close = [*closes, *service.close]
    return service


def _worker(
    settings: Settings, connect: Callable[[], Awaitable[Client]], runs: PostgresRuns, findings: PostgresFindings
) -> tuple[PipelineWorker, list[Close]]:
    tokens = ServiceTokens(settings.token_url, settings.client_id, settings.client_secret.get_secret_value())
    aam, dcl = grpc.channel(settings.aam_grpc), grpc.channel(settings.dcl_grpc)
    views = DclClient(dcl, tokens)
    steps = PipelineSteps(
        runs=runs,
        findings=findings,
        mesh=AamClient(aam, tokens),
        views=views,
        ingestions=views,
        clock=_now,
        poll=Poll(settings.poll_seconds, settings.unify_patience_seconds),
    )
    worker = PipelineWorker(connect, steps, settings.temporal_task_queue, settings.concurrent_steps)
    return worker, [aam.close, dcl.close, tokens.close]
