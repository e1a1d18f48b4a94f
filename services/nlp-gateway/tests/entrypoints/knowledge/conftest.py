"""The knowledge base as it is wired, with a worker, and a redactor that knows addresses of mail alone."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from aos_common.db import Database
from aos_common.testing import Issuer
from aos_local.provision import Provisioned
from nlp_gateway.app.knowledge import Knowledge, knowledge
from nlp_gateway.domain.redaction.errors import RedactionUnavailable
from nlp_gateway.entrypoints.knowledge.rest import collection_router, document_router, search_router
from nlp_gateway.ports.redaction import PersonalSpan, Redacted
from nlp_gateway.settings import Settings
from pydantic import SecretStr

MAIL = re.compile(r"[\w.]+@[\w.]+\w")


@dataclass
class MailRedactor:
    """Finds addresses; `broken` makes it fail as the real one does."""

    broken: bool = False
    seen: list[str] = field(default_factory=list)

    async def redact(self, texts: Sequence[str]) -> list[Redacted]:
        if self.broken:
            raise RedactionUnavailable("Personal data could not be looked for.", hint="Try again.")
        self.seen += texts
        return [
            Redacted(MAIL.sub("<EMAIL>", text), tuple(PersonalSpan(*m.span(), "EMAIL") for m in MAIL.finditer(text)))
            for text in texts
        ]


class User:
    """Somebody with a token."""

    def __init__(self, http: httpx.AsyncClient, headers: dict[str, str], tenant: UUID) -> None:
        self.http, self.headers, self.tenant = http, headers, tenant

    async def call(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        headers = self.headers | arguments.pop("headers", {})
        return await self.http.request(method, f"/kb{path}", headers=headers, **arguments)

    async def add(self, text: str, **fields: str) -> Any:
        """Add a text and see it to its end."""
        made = await self.call("POST", "/documents", json={"text": text, **fields})
        assert made.status_code == 201, made.text
        return await self.ended(made.json()["id"])

    async def ended(self, document_id: str) -> Any:
        async with asyncio.timeout(60):
            while True:
                document = (await self.call("GET", f"/documents/{document_id}")).json()
                if document["state"] in ("ready", "failed"):
                    return document
                await asyncio.sleep(0.05)

    async def search(self, question: str, **fields: Any) -> list[Any]:
        answer = await self.call("POST", "/search", json={"question": question, **fields})
        assert answer.status_code == 200, answer.text
        found: list[Any] = answer.json()["passages"]
        return found


@pytest.fixture(scope="session")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def redactor() -> MailRedactor:
    return MailRedactor()


@pytest.fixture
def objects(tmp_path: Path) -> Path:
    return tmp_path / "objects"


@pytest.fixture
async def base(
    provisioned: Provisioned, database: Database, redactor: MailRedactor, objects: Path
) -> AsyncIterator[Knowledge]:
    settings = Settings(database_url=SecretStr(provisioned["nlp_gateway"].app), objects_url=objects.as_uri())
    wired = knowledge(settings, database, redactor)
    worker = asyncio.create_task(wired.work())
    yield wired
    worker.cancel()
    await asyncio.gather(worker, return_exceptions=True)
    for close in wired.close:
        await close()


@pytest.fixture
async def sign_in(base: Knowledge, issuer: Issuer) -> AsyncIterator[Callable[..., User]]:
    """Returns a user of a new tenant, or of a given one."""
    routers = [collection_router(base.api), document_router(base.api), search_router(base.api)]
    async with issuer.rest("nlp", routers) as http:

        def user(tenant: UUID | None = None, *roles: str) -> User:
            tenant = tenant or uuid4()
            return User(http, issuer.headers(tenant, *roles), tenant)

        yield user


@pytest.fixture
def user(sign_in: Callable[..., User]) -> User:
    return sign_in()
