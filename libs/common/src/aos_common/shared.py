"""What every service is made of besides its own parts: one object that its composition root asks for."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

import grpc.aio
import httpx
from fastapi import APIRouter, FastAPI
from redis.asyncio import Redis

from aos_common import flags as flag_events
from aos_common import grpc as grpc_side
from aos_common.auth import ServiceTokens, TokenVerifier
from aos_common.calls import revocations as revocation_events
from aos_common.calls.audit import Trail
from aos_common.calls.idempotency import Store
from aos_common.calls.revocations import Revocations
from aos_common.db import Database
from aos_common.flags import Flags
from aos_common.flow_publisher import FlowPublisher
from aos_common.gauges import Gauges
from aos_common.http import create_app
from aos_common.outbox import Relay
from aos_common.settings import ServiceSettings
from aos_common.streams import Tail
from aos_common.tls import MutualTls
from aos_common.trim import Trimmer
from aos_common.valkey import connect

__all__ = ["Shared", "share"]

IDENTITY_SECONDS = 5.0
TAILED = {revocation_events.STREAM: 3600.0, flag_events.STREAM: 3600.0}
"""Streams without consumer groups, and how long their entries are kept: longer than any process looks back."""
MISSED_SECONDS = 60.0
"""How far back a process reads flag changes when it starts: more than clocks differ."""


@dataclass
class Shared:
    """A service's connections and the tasks that look after them; `close` ends them in order."""

    service: str
    settings: ServiceSettings
    database: Database
    redis: Redis
    verifier: TokenVerifier
    trail: Trail
    store: Store
    tokens: ServiceTokens
    flags: Flags
    tasks: list[Callable[[], Awaitable[None]]] = field(default_factory=list)
    close: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    def rest(
        self,
        title: str,
        prefix: str,
        routers: Sequence[APIRouter],
        also: Mapping[str, Sequence[APIRouter]] | None = None,
    ) -> FastAPI:
        """Build the REST app with the token check, the audit and the replay of repeated requests."""
        return create_app(
            service=self.service,
            title=title,
            prefix=prefix,
            routers=routers,
            also=also,
            verifier=self.verifier,
            trail=self.trail,
            store=self.store,
            checks=[self.database.ping],
            traced=bool(self.settings.otlp_endpoint),
        )

    def rpc(self, add: Sequence[Callable[[grpc.aio.Server], None]], public: Sequence[str] = ()) -> grpc.aio.Server:
        """Build the gRPC server with the token check and the audit."""
        address = f"{self.settings.host}:{self.settings.grpc_port}"
        server, _ = grpc_side.server(
            self.verifier,
            add,
            address,
            public,
            trail=self.trail,
            tls=self.settings.mutual_tls(),
            checks=[self.database.ping],
        )
        return server

    def channel(self, address: str) -> grpc.aio.Channel:
        """Open a channel to another service; the caller closes it."""
        return grpc_side.channel(address, self.settings.mutual_tls())


def _http(tls: MutualTls | None) -> httpx.AsyncClient | None:
    """A client for identity that shows this service's certificate; None where there is none to show."""
    return tls.http_client(IDENTITY_SECONDS) if tls else None


def share(service: str, settings: ServiceSettings, roles: Collection[str]) -> Shared:
    """Open what the settings name; nothing connects before it is used. `roles` are those that callers may have."""
    database = Database(
        settings.database_url.get_secret_value(),
        service,
        pool_size=settings.database_pool,
        wait=settings.database_wait,
    )
    redis = connect(settings.redis_url.get_secret_value())
    revocations = Revocations()
    tls = settings.mutual_tls()
    verifier = TokenVerifier(
        settings.jwks_url, settings.issuer, settings.audience, _http(tls), refusals=revocations, roles=roles
    )
    secret = settings.client_secret.get_secret_value()
    tokens = ServiceTokens(settings.token_url, settings.client_id, secret, _http(tls))
    channel = grpc_side.channel(settings.identity_grpc, tls)
    flags = Flags(service, channel, tokens)
    store = Store(database)
    lifetime = float(revocation_events.TOKEN_SECONDS)
    return Shared(
        service=service,
        settings=settings,
        database=database,
        redis=redis,
        verifier=verifier,
        trail=Trail(database, service),
        store=store,
        tokens=tokens,
        flags=flags,
        tasks=[
            database.notices.run,
            Relay(database, redis, service).run,
            FlowPublisher(redis, service).run,
            Trimmer(database, redis, TAILED).run,
            store.run,
            Gauges(database).run,
            Tail(redis, revocation_events.STREAM, revocations, seconds=lifetime).run,
            Tail(redis, flag_events.STREAM, flags, seconds=MISSED_SECONDS).run,
        ],
        close=[channel.close, tokens.close, verifier.close, redis.aclose, database.close],
    )
