"""RS256 access tokens (RFC 9068) and the key set that verifies them (RFC 7517)."""

import asyncio
import base64
import hashlib
import json
import math
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
import sqlalchemy as sa
import structlog
from aos_common.errors import DependencyUnavailable, DomainError
from aos_common.ids import new_id
from aos_common.secrets import SecretBox
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from identity.domain.signing_key import SigningKey, published, signing
from identity.ports import SigningKeys

log = structlog.get_logger()

REFRESH_SECONDS = 1.0
"""Between looks at the stored keys: what another replica rotates or an operator withdraws shows within this time."""


def bound_to(kid: str) -> str:
    """Return what a sealed private key is bound to."""
    return f"signing-key|{kid}"


def public_jwk(key: rsa.RSAPublicKey) -> dict[str, str]:
    """Return the public key as a JWK; its id is the RFC 7638 thumbprint."""
    public: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key))
    required = json.dumps({name: public[name] for name in ("e", "kty", "n")}, separators=(",", ":"), sort_keys=True)
    digest = hashlib.sha256(required.encode()).digest()
    kid = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    return {"kty": "RSA", "n": public["n"], "e": public["e"], "kid": kid, "use": "sig", "alg": "RS256"}


def read_key(path: Path) -> rsa.RSAPrivateKey:
    """Return the RSA private key of a PEM file."""
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise TypeError(f"{path.name} holds no RSA key")
    return loaded


class RsaSigner:
    """The `Signer` port: signs with the newest key whose time has come, and publishes the set."""

    def __init__(self, keys: SigningKeys, box: SecretBox, issuer: str, audience: str) -> None:
        self._stored = keys
        self._box = box
        self._issuer = issuer
        self._audience = audience
        self._keys: list[SigningKey] = []
        self._private: dict[str, rsa.RSAPrivateKey] = {}

    async def refresh(self) -> None:
        """Take over the stored keys."""
        self._keys = await self._stored.load()
        for key in published(self._keys, datetime.now(UTC)):
            if key.kid not in self._private:
                pem = await self._box.open(key.sealed, bound_to(key.kid))
                private = serialization.load_pem_private_key(pem, password=None)
                assert isinstance(private, rsa.RSAPrivateKey)
                self._private[key.kid] = private

    async def run(self) -> None:
        """Follow the stored keys until cancelled."""
        while True:
            await asyncio.sleep(REFRESH_SECONDS)
            try:
                await self.refresh()
            except (DomainError, OSError, sa.exc.DBAPIError) as error:
                log.warning("signer.keys_unreadable", error=type(error).__name__)

    def jwks(self) -> dict[str, object]:
        """Return the key set: every key whose tokens verify."""
        return {"keys": [dict(key.public) for key in published(self._keys, datetime.now(UTC))]}

    def sign(
        self,
        *,
        tenant_id: UUID,
        subject: str,
        roles: tuple[str, ...],
        lifetime: int,
        session: str = "",
        not_before: datetime | None = None,
    ) -> str:
        """Return an RS256 access token that lives `lifetime` seconds, issued at `not_before` if that is to come."""
        key = signing(self._keys, datetime.now(UTC))
        if key is None:
            raise DependencyUnavailable("There is no signing key yet.", hint="Try again in a moment.")
        now = max(int(time.time()), math.ceil(not_before.timestamp()) if not_before else 0)
        claims: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "tenant_id": str(tenant_id),
            "roles": list(roles),
            "jti": str(new_id()),
            "iat": now,
            "exp": now + lifetime,
        }
        if session:
            claims["sid"] = session
        headers = {"typ": "at+jwt", "kid": key.kid}
        return jwt.encode(claims, self._private[key.kid], algorithm="RS256", headers=headers)
