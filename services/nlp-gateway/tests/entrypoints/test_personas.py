"""The personas are for users of the platform, of whatever tenant."""

from uuid import uuid4

from aos_common.testing import Issuer
from nlp_gateway.entrypoints.rest import router


async def test_personas_when_the_caller_is_nobody_then_are_closed_and_open_to_any_user() -> None:
    issuer = Issuer()
    async with issuer.rest("nlp", [router()]) as client:
        assert (await client.get("/personas")).status_code == 401
        answer = await client.get("/personas", headers=issuer.headers(uuid4(), "viewer"))
    assert [persona["name"] for persona in answer.json()["personas"]] == ["cto", "cro", "coo", "cfo"]
