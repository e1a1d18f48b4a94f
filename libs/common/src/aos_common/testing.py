"""Support for tests of services: an issuer whose tokens verify, without a running identity, and doors for them."""

import json
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import APIRouter

from aos_common import grpc as rpc
from aos_common import http
from aos_common.auth import Caller, TokenVerifier

__all__ = ["Issuer"]

ISSUER = "https://identity.autonomos.local"
AUDIENCE = "autonomos"


class Issuer:
    """Signs tokens with a key of its own and offers the verifier that knows the key."""

    def __init__(self) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self._key.public_key()))
        self.jwks = {"keys": [public | {"kid": "test", "use": "sig", "alg": "RS256"}]}

    def token(self, tenant_id: UUID, roles: tuple[str, ...] = ("owner",), subject: str = "", /, **claims: Any) -> str:
        """Return an access token; `claims` replace those of a valid one."""
        now = int(time.time())
        body: dict[str, Any] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject or str(uuid4()),
            "tenant_id": str(tenant_id),
        }
        body |= {"roles": list(roles), "jti": str(uuid4()), "iat": now, "exp": now + 600} | claims
        return jwt.encode(body, self._key, algorithm="RS256", headers={"typ": "at+jwt", "kid": "test"})

    def headers(self, tenant_id: UUID, *roles: str) -> dict[str, str]:
        """Return HTTP headers with a token."""
        return {"Authorization": f"Bearer {self.token(tenant_id, roles or ('owner',))}"}

    def caller(self, tenant_id: UUID, *roles: str) -> Caller:
        """Return a caller as if verified."""
        return Caller(tenant_id, "tester", frozenset(roles or ("owner",)), "")

    def client(self) -> httpx.AsyncClient:
        """Return an HTTP client that answers every request with the key set."""
        return httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=self.jwks)))

    def verifier(self) -> TokenVerifier:
        """Return a verifier that trusts this issuer alone."""
        return TokenVerifier("http://identity/jwks", ISSUER, AUDIENCE, self.client())

    @asynccontextmanager
    async def rest(self, service: str, routers: Sequence[APIRouter]) -> AsyncIterator[httpx.AsyncClient]:
        """Serve a service's routes in this process, to this issuer's tokens alone; yields a client of them."""
        verifier, prefix = self.verifier(), f"/api/v1/{service}"
        app = http.create_app(service=service, title=service, prefix=prefix, routers=routers, verifier=verifier)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{service}{prefix}") as client:
            yield client
        await verifier.close()

    @asynccontextmanager
    async def rpc(self, *register: Callable[[grpc.aio.Server], None]) -> AsyncIterator[grpc.aio.Channel]:
        """Serve RPCs on a free port, to this issuer's tokens alone; yields a channel to them."""
        verifier = self.verifier()
        server, port = rpc.server(verifier, list(register), "127.0.0.1:0")
        await server.start()
        async with rpc.channel(f"127.0.0.1:{port}") as channel:
            yield channel
        await server.stop(None)
        await verifier.close()
