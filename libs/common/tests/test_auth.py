import asyncio
from uuid import uuid4

import httpx
from aos_common.auth import TokenVerifier
from aos_common.errors import DependencyUnavailable
from aos_common.testing import AUDIENCE, ISSUER, Issuer


async def test_verify_when_identity_is_away_then_many_callers_share_one_attempt_and_hear_unavailable() -> None:
    asked: list[httpx.Request] = []

    async def hang(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        await asyncio.sleep(0.1)
        raise httpx.ConnectTimeout("no answer")

    client = httpx.AsyncClient(transport=httpx.MockTransport(hang))
    verifier = TokenVerifier("http://identity/jwks", ISSUER, AUDIENCE, client)
    issuer = Issuer()
    tokens = [issuer.token(uuid4()) for _ in range(20)]
    answers = await asyncio.gather(*map(verifier.verify, tokens), return_exceptions=True)
    assert all(isinstance(answer, DependencyUnavailable) for answer in answers)
    assert len(asked) == 1
    await verifier.close()
