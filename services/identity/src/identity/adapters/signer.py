"""RS256 access tokens (RFC 9068) and the key set that verifies them (RFC 7517)."""

import base64
import hashlib
import json
import os
import time
from pathlib import Path
from typing import Any
from uuid import UUID

import jwt
from aos_common.ids import new_id
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa


def load_or_create_key(path: Path) -> rsa.RSAPrivateKey:
    """Return the private key in a PEM file; create the file (mode 600) when there is none."""
    if not path.exists():
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
    loaded = serialization.load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(loaded, rsa.RSAPrivateKey):
        raise TypeError(f"{path.name} holds no RSA key")
    return loaded


class RsaSigner:
    """The `Signer` port; the key id is the key's RFC 7638 thumbprint."""

    def __init__(self, key: rsa.RSAPrivateKey, issuer: str, audience: str) -> None:
        self._key = key
        self._issuer = issuer
        self._audience = audience
        public: dict[str, Any] = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(key.public_key()))
        required = json.dumps({name: public[name] for name in ("e", "kty", "n")}, separators=(",", ":"), sort_keys=True)
        digest = hashlib.sha256(required.encode()).digest()
        self._kid = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        self.jwks = {"keys": [{"kty": "RSA", "n": public["n"], "e": public["e"], "kid": self._kid}]}
        self.jwks["keys"][0] |= {"use": "sig", "alg": "RS256"}

    def sign(self, *, tenant_id: UUID, subject: str, roles: tuple[str, ...], lifetime: int) -> str:
        """Return an RS256 access token that lives `lifetime` seconds."""
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": subject,
            "tenant_id": str(tenant_id),
            "roles": list(roles),
            "jti": str(new_id()),
            "iat": now,
            "exp": now + lifetime,
        }
        return jwt.encode(claims, self._key, algorithm="RS256", headers={"typ": "at+jwt", "kid": self._kid})
