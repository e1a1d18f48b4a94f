"""Composition root of the NLP gateway: the only file that knows all parts."""

from aos_access.roles import ROLES
from aos_common.runner import Service
from aos_common.shared import share

from nlp_gateway.entrypoints.rest import router
from nlp_gateway.settings import Settings


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire the NLP gateway for the roles of this process."""
    shared = share("nlp_gateway", settings, ROLES)
    app = shared.rest("AutonomOS NLP gateway", "/api/v1/nlp", [router()])
    server = shared.rpc([])
    return Service(http=app, grpc=server, tasks=shared.tasks, close=shared.close)
