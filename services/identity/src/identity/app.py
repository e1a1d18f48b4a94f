"""Composition root of identity: the only file that knows all parts."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from aos_common import grpc, http
from aos_common.auth import TokenVerifier
from aos_common.db import Database
from aos_common.jobs import Worker
from aos_common.outbox import Relay
from aos_common.runner import Service
from aos_common.secrets import SecretBox
from redis.asyncio import Redis

from identity.adapters.attempts import ValkeyAttempts
from identity.adapters.hasher import Argon2Hasher
from identity.adapters.judge import ZxcvbnJudge
from identity.adapters.mail import OutboxSender, SmtpSender, sender_of
from identity.adapters.postgres.accounts import PostgresAccounts
from identity.adapters.postgres.invitations import PostgresInvitations
from identity.adapters.postgres.password_resets import PostgresPasswordResets
from identity.adapters.postgres.postbox import Postbox
from identity.adapters.postgres.service_accounts import PostgresServiceAccounts
from identity.adapters.postgres.sessions import PostgresSessions
from identity.adapters.postgres.signing_keys import PostgresSigningKeys
from identity.adapters.postgres.users import PostgresUsers
from identity.adapters.signer import RsaSigner, read_key
from identity.entrypoints import grpc as grpc_entry
from identity.entrypoints.api.accounts import AccountsApi
from identity.entrypoints.api.credentials import CredentialsApi
from identity.entrypoints.api.keys import KeysApi
from identity.entrypoints.api.users import UsersApi
from identity.entrypoints.rest.accounts import account_router, add_well_known
from identity.entrypoints.rest.credentials import password_router, session_router
from identity.entrypoints.rest.keys import key_router
from identity.entrypoints.rest.users import invitation_router, user_router
from identity.entrypoints.worker import handlers
from identity.settings import Settings
from identity.usecases.administration.rotate_signing_key import rotate_signing_key


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What several topics share; each is one object a process."""

    settings: Settings
    database: Database
    redis: "Redis"
    box: SecretBox
    relay: Relay
    sender: OutboxSender | SmtpSender
    postbox: Postbox
    signer: RsaSigner
    hasher: Argon2Hasher
    judge: ZxcvbnJudge
    attempts: ValkeyAttempts
    accounts: PostgresAccounts
    users: PostgresUsers
    sessions: PostgresSessions
    service_accounts: PostgresServiceAccounts


async def _parts(settings: Settings) -> Parts:
    database = Database(
        settings.database_url.get_secret_value(),
        "identity",
        pool_size=settings.database_pool,
        wait=settings.database_wait,
    )
    redis: Redis = Redis.from_url(settings.redis_url.get_secret_value())
    relay = Relay(database, redis, "identity")
    box = SecretBox.from_setting(settings.credential_key)
    sender = sender_of(settings.mail_url.get_secret_value(), settings.mail_from)
    postbox = Postbox(database, box, delivers=sender.delivers)
    keys = PostgresSigningKeys(database, box)
    signer = RsaSigner(keys, box, settings.issuer, settings.audience)
    await _first_key(keys, settings)
    await signer.refresh()
    return Parts(
        settings=settings,
        database=database,
        redis=redis,
        box=box,
        relay=relay,
        sender=sender,
        postbox=postbox,
        signer=signer,
        hasher=Argon2Hasher(limit=settings.hash_concurrency),
        judge=ZxcvbnJudge(),
        attempts=ValkeyAttempts(redis),
        accounts=PostgresAccounts(database),
        users=PostgresUsers(database, postbox, relay.wake),
        sessions=PostgresSessions(database, relay.wake),
        service_accounts=PostgresServiceAccounts(database, relay.wake),
    )


async def _first_key(keys: PostgresSigningKeys, settings: Settings) -> None:
    """See that there is a signing key; an installation that kept it in a file goes on with that one."""
    if await keys.load():
        return
    if settings.signing_key_file.exists():
        await keys.store(read_key(settings.signing_key_file), _now(), _now())
    else:
        await rotate_signing_key(keys=keys, clock=_now)


def _accounts_api(parts: Parts) -> AccountsApi:
    return AccountsApi(
        accounts=parts.accounts,
        service_accounts=parts.service_accounts,
        sessions=parts.sessions,
        hasher=parts.hasher,
        judge=parts.judge,
        attempts=parts.attempts,
        signer=parts.signer,
        clock=_now,
        clients=parts.settings.service_clients,
    )


def _users_api(parts: Parts) -> UsersApi:
    return UsersApi(
        accounts=parts.accounts,
        users=parts.users,
        invitations=PostgresInvitations(parts.database, parts.postbox),
        sessions=parts.sessions,
        judge=parts.judge,
        hasher=parts.hasher,
        clock=_now,
        public_url=parts.settings.public_url,
    )


def _credentials_api(parts: Parts) -> CredentialsApi:
    return CredentialsApi(
        accounts=parts.accounts,
        users=parts.users,
        resets=PostgresPasswordResets(parts.database, parts.postbox, parts.relay.wake),
        sessions=parts.sessions,
        judge=parts.judge,
        hasher=parts.hasher,
        attempts=parts.attempts,
        clock=_now,
        public_url=parts.settings.public_url,
    )


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire identity for the roles of this process."""
    parts = await _parts(settings)
    accounts, users, credentials = _accounts_api(parts), _users_api(parts), _credentials_api(parts)
    keys = KeysApi(parts.service_accounts, parts.signer, _now)
    verifier = TokenVerifier(settings.jwks_url, settings.issuer, settings.audience)
    app = http.create_app(
        service="identity",
        title="AutonomOS identity",
        prefix="/api/v1/auth",
        routers=[
            account_router(accounts),
            user_router(users),
            invitation_router(users, accounts),
            password_router(credentials),
            session_router(credentials),
            key_router(keys),
        ],
        verifier=verifier,
        checks=[parts.database.ping],
    )
    add_well_known(app, accounts, parts.signer.jwks)
    address = f"{settings.host}:{settings.grpc_port}"
    server, _ = grpc.server(verifier, [partial(grpc_entry.register, accounts)], address, grpc_entry.PUBLIC)
    tasks: list[Callable[[], Awaitable[None]]] = [parts.relay.run, parts.signer.run]
    if "work" in roles:
        tasks.append(Worker(parts.database, handlers(parts.postbox, parts.sender, _now)).run)
    closing = [verifier.close, parts.box.close, parts.redis.aclose, parts.database.close]
    return Service(http=app, grpc=server, tasks=tasks, close=closing)
