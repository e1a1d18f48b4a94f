"""ID tokens that a provider, or somebody in its place, might send."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from aos_common.egress import Egress
from authlib.oidc.core.util import create_half_hash
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from identity.adapters.openid import Openid
from identity.domain.credentials.sign_on import IdentityProvider
from identity.domain.errors import ProviderUnusable, SignOnRefused

ISSUER = "https://login.example.com/x"
NONCE, CLIENT, SECRET = "the nonce of this attempt", "platform", "a client secret of some length, 32+"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC = KEY.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
PROVIDER = IdentityProvider(
    uuid4(), uuid4(), "x", ISSUER, CLIENT, SECRET, ("openid",), "", {}, ("viewer",), (), datetime.now(UTC)
)
METADATA: dict[str, Any] = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
    "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
}


def _claims(**changed: Any) -> dict[str, Any]:
    now = int(time.time())
    claims = {"iss": ISSUER, "aud": CLIENT, "sub": "1", "exp": now + 60, "iat": now, "nonce": NONCE}
    claims |= {"email": "a@example.com"} | changed
    return {name: value for name, value in claims.items() if value is not None}


def _rs256(key: rsa.RSAPrivateKey = KEY, kid: str = "k", **changed: Any) -> str:
    return jwt.encode(_claims(**changed), key, "RS256", {"kid": kid})


def _hmac(secret: bytes) -> str:
    """Sign with HS256 by hand: libraries refuse a public key as its secret."""
    import base64
    import hashlib
    import hmac

    parts = [json.dumps(part).encode() for part in ({"alg": "HS256", "kid": "k"}, _claims())]
    body = b".".join(base64.urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    mac = base64.urlsafe_b64encode(hmac.new(secret, body, hashlib.sha256).digest()).rstrip(b"=")
    return b".".join((body, mac)).decode()


async def _read(id_token: str, *, metadata: dict[str, Any] = METADATA, userinfo: Any = None) -> Any:
    """Return what the platform makes of a provider's answers."""
    public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key())) | {"kid": "k", "use": "sig"}
    answers: dict[str, Any] = {
        "/x/.well-known/openid-configuration": metadata,
        "/x/keys": {"keys": [public]},
        "/x/token": {"access_token": "access", "token_type": "Bearer", "id_token": id_token},
        "/x/userinfo": userinfo,
    }
    openid = Openid(Egress())
    await openid.close()
    openid._http = httpx.AsyncClient(
        transport=httpx.MockTransport(lambda asked: httpx.Response(200, json=answers[asked.url.path]))
    )
    try:
        return await openid.claims(PROVIDER, "https://platform.example/back", "code", NONCE, "verifier")
    finally:
        await openid.close()


async def test_token_when_it_is_right_then_its_claims_are_read() -> None:
    at_hash = create_half_hash("access", "RS256").decode()
    for token in (_rs256(), _rs256(at_hash=at_hash), _rs256(aud=[CLIENT]), _rs256(aud=[CLIENT, "x"], azp=CLIENT)):
        assert (await _read(token))["email"] == "a@example.com"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://login.example.com/y"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"aud": [CLIENT, "another"]},
        {"azp": "another"},
        {"exp": int(time.time()) - 3600},
        {"exp": None},
        {"exp": "tomorrow"},
        {"iat": None},
        {"iat": int(time.time()) + 3600},
        {"nbf": int(time.time()) + 3600},
        {"nonce": "of another attempt"},
        {"nonce": None},
        {"nonce": ""},
        {"sub": None},
        {"at_hash": "bm90IHRoaXMgb25l"},
    ],
)
async def test_token_when_a_claim_is_wrong_then_it_is_refused(changed: dict[str, Any]) -> None:
    with pytest.raises(SignOnRefused):
        await _read(_rs256(**changed))


@pytest.mark.parametrize(
    "token",
    [
        jwt.encode(_claims(), "", "none"),
        _hmac(PUBLIC),
        _hmac(SECRET.encode()),
        _rs256(OTHER),
        _rs256(OTHER, kid="unknown"),
        _rs256()[:-8] + "AAAAAAAA",
        "a.b.c",
        "no token",
        "",
    ],
    ids=["none", "hmac-public-key", "hmac-client-secret", "other-key", "unknown-kid", "cut", "dots", "text", "empty"],
)
async def test_token_when_its_signature_is_not_the_providers_then_it_is_refused(token: str) -> None:
    with pytest.raises(SignOnRefused):
        await _read(token)


async def test_userinfo_when_the_address_is_there_alone_then_it_must_be_the_same_subject() -> None:
    metadata = METADATA | {"userinfo_endpoint": f"{ISSUER}/userinfo"}
    token = _rs256(email=None)
    assert (await _read(token, metadata=metadata, userinfo={"sub": "1", "email": "b@example.com"}))["email"]
    with pytest.raises(SignOnRefused):
        await _read(token, metadata=metadata, userinfo={"sub": "2", "email": "b@example.com"})


@pytest.mark.parametrize(
    "changed",
    [
        {"issuer": "https://evil.example"},
        {"token_endpoint": "http://login.example.com/token"},
        {"jwks_uri": None},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"padding": "x" * 300_000},
    ],
    ids=["issuer", "plain", "no keys", "script", "long"],
)
async def test_discovery_when_the_document_is_wrong_then_the_provider_is_unusable(changed: dict[str, Any]) -> None:
    with pytest.raises(ProviderUnusable):
        await _read(_rs256(), metadata=METADATA | changed)


async def test_client_when_it_has_no_secret_then_it_says_who_it_is_and_no_more() -> None:
    seen: list[httpx.Request] = []
    openid = Openid(Egress())
    await openid.close()

    def answer(asked: httpx.Request) -> httpx.Response:
        seen.append(asked)
        return httpx.Response(200, json=METADATA if "well-known" in asked.url.path else {})

    openid._http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    for provider in (replace(PROVIDER, client_secret=""), PROVIDER):
        with pytest.raises(ProviderUnusable):
            await openid.claims(provider, "https://platform.example/back", "code", NONCE, "verifier")
    await openid.close()
    public, confidential = (asked for asked in seen if asked.method == "POST")
    assert b"client_id=platform" in public.content
    assert b"code_verifier=verifier" in public.content
    assert "authorization" not in public.headers
    assert confidential.headers["authorization"].startswith("Basic ")
