"""Composition root of identity: the only file that knows all parts."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from aos_access.doors import SERVICES
from aos_access.roles import ROLES
from aos_common.calls.audit import audit_stream
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.jobs import Worker
from aos_common.runner import Service
from aos_common.secrets import SecretBox
from aos_common.shared import Shared, share
from aos_common.streams import Consumer

from identity.adapters.attempts import ValkeyAttempts
from identity.adapters.hasher import Argon2Hasher
from identity.adapters.judge import ZxcvbnJudge
from identity.adapters.mail import OutboxSender, SmtpSender, sender_of
from identity.adapters.openid import Openid
from identity.adapters.postgres.accounts import PostgresAccounts
from identity.adapters.postgres.audit_log import PostgresAuditLog
from identity.adapters.postgres.credentials.identity_providers import PostgresIdentityProviders
from identity.adapters.postgres.credentials.password_resets import PostgresPasswordResets
from identity.adapters.postgres.credentials.second_factors import PostgresSecondFactors
from identity.adapters.postgres.credentials.service_accounts import PostgresServiceAccounts
from identity.adapters.postgres.flags import PostgresFlags
from identity.adapters.postgres.invitations import PostgresInvitations
from identity.adapters.postgres.postbox import Postbox
from identity.adapters.postgres.sessions import PostgresSessions
from identity.adapters.postgres.signing_keys import PostgresSigningKeys
from identity.adapters.postgres.users import PostgresUsers
from identity.adapters.signer import RsaSigner, read_key
from identity.adapters.totp import PyotpCodes
from identity.entrypoints import flag_rpc
from identity.entrypoints import grpc as grpc_entry
from identity.entrypoints.api.accounts import AccountsApi
from identity.entrypoints.api.administration import AuditApi, FlagsApi
from identity.entrypoints.api.credentials import CredentialsApi
from identity.entrypoints.api.keys import KeysApi
from identity.entrypoints.api.second_factor import SecondFactorApi
from identity.entrypoints.api.sign_on import SignOnApi
from identity.entrypoints.api.users import UsersApi
from identity.entrypoints.consumer import AuditConsumer
from identity.entrypoints.rest.accounts import account_router, add_well_known
from identity.entrypoints.rest.audit import router as audit_router
from identity.entrypoints.rest.browser.routes import browser_router
from identity.entrypoints.rest.credentials import password_router, session_router
from identity.entrypoints.rest.flags import router as flag_router
from identity.entrypoints.rest.keys import key_router
from identity.entrypoints.rest.second_factor import second_factor_router
from identity.entrypoints.rest.sign_on import provider_router, sign_on_router
from identity.entrypoints.rest.users import invitation_router, user_router
from identity.entrypoints.worker import handlers, rotate_by_age
from identity.settings import Settings
from identity.usecases.administration.rotate_signing_key import rotate_signing_key

LIVE_SECONDS = 1.0
"""Between looks of a live tail for new entries."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Parts:
    """What several topics share; each is one object a process."""

    settings: Settings
    shared: Shared
    database: Database
    box: SecretBox
    keys: PostgresSigningKeys
    sender: OutboxSender | SmtpSender
    postbox: Postbox
    signer: RsaSigner
    hasher: Argon2Hasher
    judge: ZxcvbnJudge
    attempts: ValkeyAttempts
    second_factors: PostgresSecondFactors
    codes: PyotpCodes
    accounts: PostgresAccounts
    users: PostgresUsers
    sessions: PostgresSessions
    service_accounts: PostgresServiceAccounts


async def _parts(settings: Settings) -> Parts:
    shared = share("identity", settings, ROLES)
    database = shared.database
    box = SecretBox.from_setting(settings.credential_key)
    sender = sender_of(settings.mail_url.get_secret_value(), settings.mail_from)
    postbox = Postbox(database, box, delivers=sender.delivers)
    keys = PostgresSigningKeys(database, box)
    signer = RsaSigner(keys, box, settings.issuer, settings.audience)
    await _first_key(keys, settings)
    await signer.refresh()
    return Parts(
        settings=settings,
        shared=shared,
        database=database,
        box=box,
        keys=keys,
        sender=sender,
        postbox=postbox,
        signer=signer,
        hasher=Argon2Hasher(limit=settings.hash_concurrency),
        judge=ZxcvbnJudge(),
        attempts=ValkeyAttempts(shared.redis, settings.sign_in_failures),
        second_factors=PostgresSecondFactors(database, box),
        codes=PyotpCodes(),
        accounts=PostgresAccounts(database),
        users=PostgresUsers(database, postbox),
        sessions=PostgresSessions(database),
        service_accounts=PostgresServiceAccounts(database),
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
        second_factors=parts.second_factors,
        codes=parts.codes,
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
        resets=PostgresPasswordResets(parts.database, parts.postbox),
        sessions=parts.sessions,
        judge=parts.judge,
        hasher=parts.hasher,
        attempts=parts.attempts,
        clock=_now,
        public_url=parts.settings.public_url,
    )


def _second_factor_api(parts: Parts, credentials: CredentialsApi) -> SecondFactorApi:
    return SecondFactorApi(
        credentials=credentials,
        accounts=parts.accounts,
        second_factors=parts.second_factors,
        codes=parts.codes,
        hasher=parts.hasher,
        attempts=parts.attempts,
        clock=_now,
    )


def _flags_api(parts: Parts) -> FlagsApi:
    return FlagsApi(PostgresFlags(parts.database), _now)


def _audit_api(parts: Parts) -> AuditApi:
    key = parts.settings.audit_key.get_secret_value().encode()
    return AuditApi(PostgresAuditLog(parts.database, key), key, partial(asyncio.sleep, LIVE_SECONDS))


async def build(settings: Settings, roles: frozenset[str]) -> Service:
    """Wire identity for the roles of this process."""
    parts = await _parts(settings)
    accounts, users, credentials = _accounts_api(parts), _users_api(parts), _credentials_api(parts)
    keys = KeysApi(parts.service_accounts, parts.signer, _now)
    openid = Openid(Egress(settings.egress_allow))
    providers = PostgresIdentityProviders(parts.database, parts.box, parts.users)
    sign_on = SignOnApi(providers, openid, _now, settings.public_url)
    flags, audit = _flags_api(parts), _audit_api(parts)
    shared = parts.shared
    app = shared.rest(
        "AutonomOS identity",
        "/api/v1/auth",
        [
            account_router(accounts),
            browser_router(accounts, users, settings.public_url),
            user_router(users),
            invitation_router(users, accounts),
            password_router(credentials),
            session_router(credentials),
            second_factor_router(_second_factor_api(parts, credentials)),
            key_router(keys),
            sign_on_router(sign_on, accounts),
        ],
        also={"/api/v1/admin": [flag_router(flags), audit_router(audit), provider_router(sign_on)]},
    )
    add_well_known(app, accounts, parts.signer.jwks)
    register = [partial(grpc_entry.register, accounts), partial(flag_rpc.register, flags)]
    server = shared.rpc(register, grpc_entry.PUBLIC)
    tasks: list[Callable[[], Awaitable[None]]] = [*shared.tasks, parts.signer.run]
    if "consume" in roles:
        tasks.append(_consumer(shared, audit).run)
    if "work" in roles:
        tasks.append(Worker(parts.database, handlers(parts.postbox, parts.sender, _now)).run)
        tasks.append(partial(rotate_by_age, parts.keys, _now, timedelta(days=settings.key_days)))
    return Service(http=app, grpc=server, tasks=tasks, close=[openid.close, parts.box.close, *shared.close])


def _consumer(shared: Shared, audit: AuditApi) -> Consumer:
    return Consumer(
        shared.redis,
        shared.database,
        streams=[audit_stream(service) for service in SERVICES],
        group="identity",
        name=f"{socket.gethostname()}:{os.getpid()}",
        handler=AuditConsumer(audit),
    )


async def open_keys(settings: Settings, use: Callable[[PostgresSigningKeys], Awaitable[None]]) -> None:
    """Open the stored signing keys for a command that needs no server, and close them after."""
    async with _opened(settings) as (database, box):
        await use(PostgresSigningKeys(database, box))


async def open_mail(settings: Settings, use: Callable[[Postbox], Awaitable[None]]) -> None:
    """Open the mails that wait for a command that needs no server, and close them after."""
    async with _opened(settings) as (database, box):
        await use(Postbox(database, box, delivers=False))


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Database, SecretBox]]:
    database = Database(settings.database_url.get_secret_value(), "identity", pool_size=1)
    box = SecretBox.from_setting(settings.credential_key)
    try:
        yield database, box
    finally:
        await box.close()
        await database.close()
