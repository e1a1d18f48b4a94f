"""Composition root of identity: the only file that knows all parts."""

from datetime import UTC, datetime
from functools import partial

from aos_common import grpc, http
from aos_common.auth import TokenVerifier
from aos_common.db import Database
from aos_common.runner import Service

from identity.adapters.hasher import Argon2Hasher
from identity.adapters.postgres import PostgresAccounts, PostgresSessions
from identity.adapters.signer import RsaSigner, load_or_create_key
from identity.entrypoints import grpc as grpc_entry
from identity.entrypoints import rest
from identity.entrypoints.api import IdentityApi
from identity.settings import Settings


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire identity; it has no background work, so every role serves."""
    database = Database(
        settings.database_url.get_secret_value(),
        "identity",
        pool_size=settings.database_pool,
        wait=settings.database_wait,
    )
    signer = RsaSigner(load_or_create_key(settings.signing_key_file), settings.issuer, settings.audience)
    api = IdentityApi(
        accounts=PostgresAccounts(database),
        sessions=PostgresSessions(database),
        hasher=Argon2Hasher(limit=settings.hash_concurrency),
        signer=signer,
        clock=lambda: datetime.now(UTC),
        clients=settings.service_clients,
        jwks=signer.jwks,
    )
    verifier = TokenVerifier(settings.jwks_url, settings.issuer, settings.audience)
    app = http.create_app(
        service="identity",
        title="AutonomOS identity",
        prefix="/api/v1/auth",
        routers=[rest.router(api)],
        verifier=verifier,
        checks=[database.ping],
    )
    rest.add_well_known(app, api)
    address = f"{settings.host}:{settings.grpc_port}"
    server, _ = grpc.server(verifier, [partial(grpc_entry.register, api)], address, grpc_entry.PUBLIC)
    return Service(http=app, grpc=server, close=[verifier.close, database.close])
