"""R2 at the verifier: every known way to make a token that must not pass."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import jwt
import pytest
from aos_access.roles import ROLES
from aos_common.auth import TokenVerifier
from aos_common.errors import Unauthenticated
from aos_common.testing_attacks import AUDIENCE, ISSUER, Forge, attacks
from cryptography.hazmat.primitives.asymmetric import rsa

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
KID = "first"


@pytest.fixture
async def verifier() -> AsyncIterator[TokenVerifier]:
    public = jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key(), as_dict=True)
    document = {"keys": [public | {"kid": KID, "use": "sig", "alg": "RS256"}]}
    client = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(200, json=document)))
    made = TokenVerifier("http://identity/jwks", ISSUER, AUDIENCE, client, roles=ROLES)
    yield made
    await made.close()


async def test_forge_when_nothing_is_wrong_then_the_token_verifies(verifier: TokenVerifier) -> None:
    tenant = uuid4()
    caller = await verifier.verify(Forge(KEY, KID).token(tenant))
    assert (caller.tenant_id, caller.roles) == (tenant, {"owner"})


async def test_verifier_when_attacked_with_any_token_then_refuses_it_and_nothing_else_happens(
    verifier: TokenVerifier,
) -> None:
    # Made now: some are about a moment that is about to come.
    every = [attack for attack in attacks(KEY, KID) if attack.token is not None]
    passed, broken = [], []
    for attack in every:
        try:
            caller = await verifier.verify(attack.token or "")
            passed.append((attack.name, caller.roles))
        except Unauthenticated:
            continue
        except Exception as error:
            broken.append((attack.name, repr(error)))
    assert not passed + broken, passed + broken
    assert len(every) >= 45
