"""Composition root of AOD: the only file that knows all parts."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from aos_access.roles import ROLES
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.jobs import Worker
from aos_common.runner import Service
from aos_common.secrets import SecretBox
from aos_common.shared import share

from aod.adapters.aam_client import AamConnections
from aod.adapters.findings import PostgresFindings
from aod.adapters.places.registry import InstalledPlaces
from aod.adapters.scans import PostgresScans
from aod.entrypoints import grpc as grpc_entry
from aod.entrypoints.api import AodApi
from aod.entrypoints.rest import finding_router, scan_router
from aod.entrypoints.worker import handlers
from aod.ports import Connections
from aod.settings import Settings


def _now() -> datetime:
    return datetime.now(UTC)


def _api(settings: Settings, database: Database, box: SecretBox, connections: Connections) -> AodApi:
    return AodApi(
        places=InstalledPlaces(settings.folders(), Egress(settings.egress_allow)),
        scans=PostgresScans(database, box, _now, settings.scans_unfinished),
        findings=PostgresFindings(database, box),
        connections=connections,
        clock=_now,
    )


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire AOD for the roles of this process."""
    shared = share("aod", settings, ROLES)
    channel = shared.channel(settings.aam_grpc)
    box = SecretBox.from_setting(settings.credential_key)
    api = _api(settings, shared.database, box, AamConnections(channel))
    app = shared.rest("AutonomOS AOD", "/api/v1/aod", [scan_router(api), finding_router(api)])
    tasks: list[Callable[[], Awaitable[None]]] = list(shared.tasks)
    if "work" in roles:
        tasks.append(Worker(shared.database, handlers(api), concurrency=settings.scans_at_once).run)
    server = shared.rpc([partial(grpc_entry.register, api)])
    return Service(http=app, grpc=server, tasks=tasks, close=[channel.close, box.close, *shared.close])
