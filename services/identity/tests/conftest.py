from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.migrations import migrate
from aos_common.secrets import SecretBox
from aos_local.provision import Provisioned
from aos_local.testing import provisioned_postgres, valkey
from identity.adapters.postgres.postbox import Postbox
from identity.app import build
from identity.domain.mail import Mail
from identity.settings import Settings
from pydantic import SecretStr

CLIENTS = {"aam": "a secret for aam"}
KEY = "a2V5IG9mIDMyIGJ5dGVzIGZvciB0ZXN0cyBhbG9uZSE="
PASSWORD = "correct horse battery"


@pytest.fixture(scope="session")
def provisioned() -> Iterator[Provisioned]:
    with provisioned_postgres(["identity"]) as urls:
        migrate(urls["identity"].owner, "identity", migrations_folder("identity"))
        yield urls


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with valkey() as url:
        yield url


@pytest.fixture
async def database(provisioned: Provisioned) -> AsyncIterator[Database]:
    database = Database(provisioned["identity"].app, "identity")
    yield database
    await database.close()


@pytest.fixture
def settings(provisioned: Provisioned, redis_url: str, tmp_path: Path) -> Settings:
    key = tmp_path / "credential-key"
    key.write_text(KEY)
    return Settings(
        database_url=SecretStr(provisioned["identity"].app),
        redis_url=SecretStr(redis_url),
        credential_key=key.as_uri(),
        audit_key=SecretStr("a secret of 32 characters or more"),
        signing_key_file=tmp_path / "key.pem",
        service_clients=CLIENTS,
        jwks_url="http://identity/.well-known/jwks.json",
    )


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The REST app in process; its own key set verifies its tokens, over the same transport."""
    service = await build(settings, frozenset({"serve"}))
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    async with AsyncExitStack() as stack:
        for close in service.close:
            stack.push_async_callback(close)
        service.http.state.verifier._client = httpx.AsyncClient(transport=transport)
        yield await stack.enter_async_context(httpx.AsyncClient(transport=transport, base_url="http://identity"))


@dataclass
class Person:
    """A user with a session, who calls the API."""

    client: httpx.AsyncClient
    email: str
    id: str
    tenant_id: str
    access: str
    refresh: str
    address: str = ""

    async def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Call a route below /api/v1/auth (or an absolute one) as this person."""
        url = path if path.startswith("/api") else f"/api/v1/auth{path}"
        return await self.client.request(method, url, headers={"Authorization": f"Bearer {self.access}"}, **options)

    async def renew(self) -> None:
        """Get new tokens, with the roles of now."""
        answer = await self.client.post("/api/v1/auth/refresh", json={"refresh_token": self.refresh})
        assert answer.status_code == 200, answer.text
        self.access, self.refresh = answer.json()["access_token"], answer.json()["refresh_token"]


@dataclass
class Town:
    """Makes people, and reads their mail as an operator would."""

    client: httpx.AsyncClient
    database: Database
    postbox: Postbox

    async def owner(self) -> Person:
        """Register a tenant."""
        email = f"{uuid4().hex}@example.com"
        body = {"tenant_name": "Example", "email": email, "password": PASSWORD}
        return self._person(await self.client.post("/api/v1/auth/register", json=body), email)

    async def join(self, host: Person, *roles: str) -> Person:
        """Invite somebody and accept for them."""
        email = f"{uuid4().hex}@example.com"
        invited = await host.call("POST", "/invitations", json={"email": email, "roles": list(roles)})
        assert invited.status_code == 201, invited.text
        body = {"ticket": await self.ticket(host.tenant_id, email), "password": PASSWORD}
        return self._person(await self.client.post("/api/v1/auth/invitations/accept", json=body), email)

    async def sign_in(self, email: str, password: str = PASSWORD, **more: str) -> httpx.Response:
        """Try to sign in."""
        body = {"email": email, "password": password, **more}
        return await self.client.post("/api/v1/auth/login", json=body)

    async def mail(self, tenant_id: str, recipient: str) -> Mail:
        """Return the newest mail to somebody."""
        tenant = UUID(tenant_id)
        query = sa.text("SELECT id FROM mail_outbox WHERE recipient = :to ORDER BY created_at DESC LIMIT 1")
        async with self.database.tenant_tx(tenant) as connection:
            found = (await connection.execute(query, {"to": recipient})).scalar_one()
        mail = await self.postbox.get(tenant, found)
        assert mail is not None
        return mail

    async def ticket(self, tenant_id: str, recipient: str) -> str:
        """Return the ticket in the newest mail to somebody."""
        mail = await self.mail(tenant_id, recipient)
        return next(word for word in mail.body.split() if word.count(".") == 2 and len(word) > 80)

    async def revocations(self, tenant_id: str) -> list[bytes]:
        """Return the revocations that were published for a tenant."""
        query = sa.text("SELECT payload FROM outbox WHERE stream = 'identity:revoked' ORDER BY id")
        async with self.database.tenant_tx(UUID(tenant_id)) as connection:
            return [bytes(payload) for payload in (await connection.execute(query)).scalars()]

    def _person(self, answer: httpx.Response, email: str) -> Person:
        assert answer.status_code == 201, answer.text
        body = answer.json()
        user = body["user"]
        return Person(self.client, email, user["id"], user["tenant_id"], body["access_token"], body["refresh_token"])


@pytest.fixture
async def town(client: httpx.AsyncClient, database: Database, settings: Settings) -> Town:
    box = SecretBox.from_setting(settings.credential_key)
    return Town(client, database, Postbox(database, box, delivers=False))
