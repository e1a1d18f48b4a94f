"""Composition root of the NLP gateway: the only file that knows all parts."""

from collections.abc import Awaitable, Callable
from functools import partial

from aos_access.roles import ROLES
from aos_common.runner import Service
from aos_common.shared import share

from nlp_gateway.adapters.redaction.redactors import ChildRedactor
from nlp_gateway.adapters.understanding.reader import Reader
from nlp_gateway.app.answers import answers
from nlp_gateway.app.knowledge import knowledge
from nlp_gateway.app.providers import providers
from nlp_gateway.entrypoints.answers import grpc as answers_grpc
from nlp_gateway.entrypoints.answers.rest import router as answers_router
from nlp_gateway.entrypoints.knowledge import grpc as knowledge_grpc
from nlp_gateway.entrypoints.knowledge.rest import collection_router, document_router, search_router
from nlp_gateway.entrypoints.rest import router
from nlp_gateway.entrypoints.understanding import grpc as understanding_grpc
from nlp_gateway.entrypoints.understanding.api import UnderstandingApi
from nlp_gateway.entrypoints.understanding.rest import router as understanding_router
from nlp_gateway.settings import Settings


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire the NLP gateway for the roles of this process."""
    shared = share("nlp_gateway", settings, ROLES)
    redactor = ChildRedactor()
    base = knowledge(settings, shared.database, redactor)
    reader = Reader(base.embedder.embed)
    understanding = UnderstandingApi(reader)
    chosen = providers(settings, shared.database)
    told = answers(
        settings,
        shared,
        passages=base.api.passages,
        understanding=reader,
        redactor=redactor,
        models=chosen.models,
        embed=base.embedder.embed,
    )
    documents = [collection_router(base.api), document_router(base.api), search_router(base.api)]
    routers = [router(), understanding_router(understanding), answers_router(told.api), chosen.routes, *documents]
    app = shared.rest("AutonomOS NLP gateway", "/api/v1/nlp", routers)
    server = shared.rpc(
        [
            partial(knowledge_grpc.register, base.api),
            partial(understanding_grpc.register, understanding),
            partial(answers_grpc.register, told.api),
        ]
    )
    tasks: list[Callable[[], Awaitable[None]]] = list(shared.tasks)
    if "serve" in roles:
        tasks.append(reader.warm_up)
    if "work" in roles:
        tasks.append(base.work)
    close = [reader.close, *told.close, *chosen.close, *base.close, redactor.close, *shared.close]
    return Service(http=app, grpc=server, tasks=tasks, close=close)
