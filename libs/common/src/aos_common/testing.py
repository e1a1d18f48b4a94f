"""Support for tests of services: an issuer whose tokens verify, without a running identity."""

import json
import time
from typing import Any
from uuid import UUID, uuid4

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

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
