"""A whole service behind mutual TLS: its routes, and the key set and service tokens that others fetch from it."""

import asyncio
import signal
import ssl
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest
from aos_common import grpc, http
from aos_common.auth import ServiceTokens, TokenVerifier
from aos_common.errors import DependencyUnavailable
from aos_common.runner import Service, run
from aos_common.settings import ServiceSettings
from aos_common.testing import AUDIENCE, ISSUER, Issuer
from aos_common.tls import MutualTls
from aos_local.processes.ports import accepts, free_port
from aos_local.testing_tls import Authority, authority
from fastapi import APIRouter
from pydantic import SecretStr


@pytest.fixture(scope="module")
def ours() -> Iterator[Authority]:
    with authority() as made:
        yield made


@dataclass
class Running:
    """A service that plays identity, too."""

    url: str
    issuer: Issuer
    tls: MutualTls


def _router(issuer: Issuer) -> APIRouter:
    router = APIRouter()

    @router.get("/mine")
    async def mine(caller: http.CurrentCaller) -> dict[str, str]:
        return {"tenant": str(caller.tenant_id)}

    @router.get("/jwks")
    async def jwks() -> dict[str, Any]:
        return issuer.jwks

    @router.post("/token")
    async def token() -> dict[str, Any]:
        return {"access_token": issuer.token(uuid4()), "expires_in": 300}

    return router


@pytest.fixture
async def service(ours: Authority) -> AsyncIterator[Running]:
    issuer, tls = Issuer(), ours.issue("localhost")
    port = free_port()
    settings = ServiceSettings(
        database_url=SecretStr("postgresql://a:b@c/d"),
        http_port=port,
        tls_cert=tls.certificate,
        tls_key=tls.key,
        tls_ca=tls.authority,
    )
    url = f"https://localhost:{port}/api"
    verifier = TokenVerifier(f"{url}/jwks", ISSUER, AUDIENCE, tls.http_client(5))
    app = http.create_app(service="t", title="t", prefix="/api", routers=[_router(issuer)], verifier=verifier)
    server, _ = grpc.server(verifier, [], "127.0.0.1:0", tls=settings.mutual_tls())
    running = asyncio.create_task(run(Service(app, server, close=[verifier.close]), settings))
    while not await asyncio.to_thread(accepts, port):
        assert not running.done(), running.exception()
        await asyncio.sleep(0.05)
    yield Running(url, issuer, tls)
    signal.raise_signal(signal.SIGTERM)  # `run` listens to it
    await running


async def test_service_when_the_caller_shows_a_certificate_then_its_token_is_verified_all_the_same(
    service: Running, ours: Authority
) -> None:
    async with ours.issue("aam.inside").http_client(5) as client:
        assert (await client.get(f"{service.url}/mine")).status_code == 401
        tenant = uuid4()
        answer = await client.get(f"{service.url}/mine", headers=service.issuer.headers(tenant))
        assert answer.json() == {"tenant": str(tenant)}
        assert (await client.get(f"{service.url}/mine", headers=Issuer().headers(tenant))).status_code == 401


async def test_service_when_the_caller_shows_no_certificate_or_anothers_then_it_is_not_let_in(
    service: Running, ours: Authority
) -> None:
    headers = service.issuer.headers(uuid4())
    with authority() as strangers:
        wrong = strangers.issue("aam.inside")
        pretender = MutualTls(wrong.certificate, wrong.key, ours.file)
        deceived = MutualTls(service.tls.certificate, service.tls.key, strangers.file)
        for client in (
            httpx.AsyncClient(verify=_trusting(ours)),
            pretender.http_client(5),
            deceived.http_client(5),
        ):
            async with client:
                with pytest.raises(httpx.TransportError):
                    await client.get(f"{service.url}/mine", headers=headers)
    async with httpx.AsyncClient() as plain:
        with pytest.raises(httpx.TransportError):
            await plain.get(service.url.replace("https", "http"), headers=headers)


def _trusting(ours: Authority) -> Any:
    return ssl.create_default_context(cafile=ours.file)


async def test_service_tokens_when_identity_asks_for_a_certificate_then_only_those_who_show_one_get_any(
    service: Running, ours: Authority
) -> None:
    tokens = ServiceTokens(f"{service.url}/token", "aam", "secret", ours.issue("aam.inside").http_client(5))
    assert await tokens.token_for(uuid4())
    await tokens.close()
    without = ServiceTokens(f"{service.url}/token", "aam", "secret", httpx.AsyncClient(verify=_trusting(ours)))
    with pytest.raises(DependencyUnavailable):
        await without.token_for(uuid4())
    await without.close()
