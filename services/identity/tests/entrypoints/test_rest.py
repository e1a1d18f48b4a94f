import asyncio
import time
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from identity.domain.account import MIN_PASSWORD

PASSWORD = "correct horse battery"


async def _register(client: httpx.AsyncClient) -> dict[str, Any]:
    email = f"{uuid4().hex}@example.com"
    body = {"tenant_name": "Example", "email": email, "password": PASSWORD}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json() | {"email": email}


def _bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def test_me_when_anonymous_then_401(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/auth/me", headers={"x-tenant-id": str(uuid4())})
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


async def test_me_when_signed_in_then_it_names_the_callers_own_tenant(client: httpx.AsyncClient) -> None:
    mine, other = await _register(client), await _register(client)
    me = (await client.get("/api/v1/auth/me", headers=_bearer(mine["access_token"]))).json()
    assert me["tenant_id"] == mine["user"]["tenant_id"] != other["user"]["tenant_id"]


async def test_register_when_the_token_is_read_then_it_has_the_claims_of_the_contract(
    client: httpx.AsyncClient,
) -> None:
    token = (await _register(client))["access_token"]
    header = jwt.get_unverified_header(token)
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (header["typ"], header["alg"]) == ("at+jwt", "RS256")
    assert header["kid"]
    assert set(claims) == {"iss", "aud", "sub", "tenant_id", "roles", "sid", "jti", "iat", "exp"}
    assert claims["exp"] - claims["iat"] == 600


async def test_register_when_the_address_is_taken_then_409(client: httpx.AsyncClient) -> None:
    email = (await _register(client))["email"]
    body = {"tenant_name": "B", "email": email.upper(), "password": PASSWORD}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert (answer.status_code, answer.json()["reason"]) == (409, "EMAIL_TAKEN")


async def test_register_when_two_race_for_an_address_then_one_wins(client: httpx.AsyncClient) -> None:
    body = {"tenant_name": "B", "email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    answers = await asyncio.gather(*(client.post("/api/v1/auth/register", json=body) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]


async def test_register_when_the_password_is_short_then_it_says_so_and_never_repeats_it(
    client: httpx.AsyncClient,
) -> None:
    body = {"tenant_name": "B", "email": "a@example.com", "password": "zq9!short"}
    answer = await client.post("/api/v1/auth/register", json=body)
    assert answer.status_code == 422
    assert str(MIN_PASSWORD) in answer.json()["detail"]
    assert "zq9!short" not in answer.text


async def test_login_when_password_or_address_is_wrong_then_both_look_the_same(client: httpx.AsyncClient) -> None:
    email = (await _register(client))["email"]
    wrong = await client.post("/api/v1/auth/login", json={"email": email, "password": "x" * 12})
    nobody = await client.post("/api/v1/auth/login", json={"email": "nobody@example.com", "password": "x" * 12})
    assert wrong.status_code == nobody.status_code == 401
    assert wrong.json() == nobody.json()


async def test_refresh_when_the_secret_is_guessed_then_the_session_goes_on(client: httpx.AsyncClient) -> None:
    token = (await _register(client))["refresh_token"]
    guess = {"refresh_token": token.rpartition(".")[0] + ".guess"}
    assert (await client.post("/api/v1/auth/refresh", json=guess)).status_code == 401
    assert (await client.post("/api/v1/auth/refresh", json={"refresh_token": token})).status_code == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("login", {"email": "a\x00@example.com", "password": PASSWORD}),
        ("register", {"tenant_name": "a\x00b", "email": "nul@example.com", "password": PASSWORD}),
    ],
)
async def test_route_when_a_text_holds_nul_then_422(client: httpx.AsyncClient, path: str, body: dict[str, str]) -> None:
    assert (await client.post(f"/api/v1/auth/{path}", json=body)).status_code == 422


async def test_logout_when_done_then_the_refresh_token_is_dead(client: httpx.AsyncClient) -> None:
    mine = await _register(client)
    body = {"refresh_token": mine["refresh_token"]}
    assert (
        await client.post("/api/v1/auth/logout", json=body, headers=_bearer(mine["access_token"]))
    ).status_code == 204
    assert (await client.post("/api/v1/auth/refresh", json=body)).status_code == 401


async def _service_token(client: httpx.AsyncClient, tenant: str, secret: str) -> httpx.Response:
    form = {"grant_type": "client_credentials", "client_id": "aam", "client_secret": secret, "tenant_id": tenant}
    return await client.post("/oauth2/token", data=form)


async def test_service_token_when_the_secret_fits_then_it_names_service_and_tenant(client: httpx.AsyncClient) -> None:
    tenant = (await _register(client))["user"]["tenant_id"]
    answer = await _service_token(client, tenant, "a secret for aam")
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    assert (claims["sub"], claims["tenant_id"], claims["roles"]) == ("aam", tenant, ["service"])


async def test_service_token_when_secret_or_tenant_is_wrong_then_401(client: httpx.AsyncClient) -> None:
    tenant = (await _register(client))["user"]["tenant_id"]
    assert (await _service_token(client, tenant, "guess")).status_code == 401
    assert (await _service_token(client, str(uuid4()), "a secret for aam")).status_code == 401


async def test_login_when_many_come_at_once_then_other_routes_stay_fast(client: httpx.AsyncClient) -> None:
    email = (await _register(client))["email"]
    body = {"email": email, "password": PASSWORD}
    storm = [asyncio.create_task(client.post("/api/v1/auth/login", json=body)) for _ in range(80)]
    await asyncio.sleep(0.05)
    began = time.monotonic()
    assert (await client.get("/health/live")).status_code == 200
    assert time.monotonic() - began < 2
    codes = {answer.status_code for answer in await asyncio.gather(*storm)}
    assert codes == {200, 503}, "the queue is bounded: the rest is told to come back"
