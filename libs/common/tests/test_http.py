import re
from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest
from aos_common.calls.audit import Trail
from aos_common.db import Database
from aos_common.errors import DomainError, InvalidRequest, Kind, PermissionDenied
from aos_common.http import CurrentCaller, create_app
from aos_common.testing import Issuer
from fastapi import APIRouter
from pydantic import BaseModel


class Body(BaseModel):
    count: int


def _router() -> APIRouter:
    routes = APIRouter()

    @routes.get("/who")
    async def who(caller: CurrentCaller) -> str:
        return str(caller.tenant_id)

    @routes.post("/write")
    async def write(body: Body, caller: CurrentCaller) -> int:
        if "owner" not in caller.roles:
            raise PermissionDenied("This needs the role owner.")
        return body.count

    @routes.get("/named")
    async def named() -> None:
        raise InvalidRequest("That is wrong.", hint="Do this.", field="name")

    @routes.get("/unnamed")
    async def unnamed() -> None:
        raise ZeroDivisionError("a secret detail")

    return routes


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def client(issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(service="x", title="X", prefix="/api/v1/x", routers=[_router()], verifier=issuer.verifier())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x/api/v1/x") as client:
        yield client


async def test_route_when_anonymous_or_forged_then_401(client: httpx.AsyncClient, issuer: Issuer) -> None:
    stranger = Issuer()
    for headers in ({}, {"Authorization": "Basic abc"}, stranger.headers(uuid4()), {"x-tenant-id": str(uuid4())}):
        answer = await client.get("/who", headers=headers)
        assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


async def test_refusal_when_it_cannot_be_recorded_then_the_answer_says_to_come_again(issuer: Issuer) -> None:
    database = Database("postgresql://x:y@127.0.0.1:1/z", "x")
    trail = Trail(database, "x")
    app = create_app(
        service="x", title="X", prefix="/api/v1/x", routers=[_router()], verifier=issuer.verifier(), trail=trail
    )
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://x/api/v1/x") as client:
        headers = issuer.headers(uuid4(), "viewer")
        answer = await client.post("/write", headers=headers, json={"count": 1})
        assert (answer.status_code, answer.json()["reason"]) == (503, "DEPENDENCY_UNAVAILABLE")
        assert (await client.get("/named")).json()["reason"] == "INVALID_REQUEST"
    await database.close()


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": 1},
        {"aud": "another"},
        {"iss": "another"},
        {"tenant_id": "no uuid"},
        {"tenant_id": None},
        {"roles": "owner"},
        {"sub": None},
    ],
)
async def test_route_when_a_claim_is_wrong_then_401(
    client: httpx.AsyncClient, issuer: Issuer, claims: dict[str, object]
) -> None:
    headers = {"Authorization": f"Bearer {issuer.token(uuid4(), **claims)}"}
    assert (await client.get("/who", headers=headers)).status_code == 401


async def test_route_when_the_token_verifies_then_the_tenant_is_the_tokens(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    tenant = uuid4()
    answer = await client.get("/who", headers={**issuer.headers(tenant), "x-tenant-id": str(uuid4())})
    assert answer.json() == str(tenant)
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-trace-id"])


async def test_write_when_the_role_is_viewer_then_403(client: httpx.AsyncClient, issuer: Issuer) -> None:
    answer = await client.post("/write", json={"count": 1}, headers=issuer.headers(uuid4(), "viewer"))
    assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")


async def test_body_when_a_value_is_wrong_then_422_names_the_field_and_hides_the_value(
    client: httpx.AsyncClient, issuer: Issuer
) -> None:
    answer = await client.post("/write", json={"count": "hunter2"}, headers=issuer.headers(uuid4()))
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert "count" in answer.json()["detail"]
    assert "hunter2" not in answer.text


async def test_error_when_named_then_the_problem_carries_reason_hint_and_details(client: httpx.AsyncClient) -> None:
    body = (await client.get("/named")).json()
    assert (body["status"], body["reason"], body["hint"], body["field"]) == (422, "INVALID_REQUEST", "Do this.", "name")


async def test_error_when_unnamed_then_500_without_its_details(client: httpx.AsyncClient) -> None:
    answer = await client.get("/unnamed")
    assert answer.status_code == 500
    assert "secret" not in answer.text


async def test_docs_when_opened_then_everything_comes_from_this_machine(client: httpx.AsyncClient) -> None:
    page = (await client.get("/docs")).text
    assert "//" not in re.sub(r"<!--.*?-->", "", page).replace("// ", "")
    for name in re.findall(r'(?:src|href)="(/[^"]+)"', page):
        assert (await client.get(f"http://x{name}")).status_code == 200


def test_error_kinds_when_listed_then_each_has_a_wire_status() -> None:
    from aos_common.errors import WIRE

    assert set(WIRE) == set(Kind)
    assert DomainError("x").kind is Kind.INTERNAL
