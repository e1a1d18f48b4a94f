"""The provider over REST, kept in PostgreSQL with a sealed key, with a vendor's API on loopback."""

import base64
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import sqlalchemy as sa
from aos_common.db import Database
from aos_common.secrets import SecretBox
from aos_common.secrets.rewrap import rewrap
from aos_common.testing import Issuer
from aos_local.models.recording import KEY, Fault
from aos_local.models.testing import Served, served_models
from aos_local.provision import Provisioned
from nlp_gateway.adapters.tables import SEALED
from nlp_gateway.app.providers import providers
from nlp_gateway.settings import Settings
from pydantic import SecretStr

ROUTES = [("GET", "/provider"), ("PUT", "/provider"), ("DELETE", "/provider"), ("POST", "/provider/check")]
OFFLINE = {"configured": False, "kind": "", "model": "", "url": "", "updated_at": None, "updated_by": ""}


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def served() -> Iterator[Served]:
    with served_models() as served:
        yield served


@pytest.fixture
async def http(
    provisioned: Provisioned, database: Database, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    monkeypatch.setenv("NLP_TEST_KEY", base64.b64encode(os.urandom(32)).decode())
    settings = Settings(
        database_url=SecretStr(provisioned["nlp_gateway"].app),
        credential_key="env:NLP_TEST_KEY",
        egress_allow="127.0.0.1",
    )
    parts = providers(settings, database)
    async with issuer.rest("nlp", [parts.routes]) as client:
        yield client
    for close in parts.close:
        await close()


def _body(served: Served, kind: str = "openai", **fields: Any) -> dict[str, Any]:
    return {"kind": kind, "model": "gpt-5-mini", "url": served.base_url(kind), "key": KEY} | fields


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_route_when_anonymous_then_401(http, method, path):
    assert (await http.request(method, path, json={})).status_code == 401


@pytest.mark.parametrize(("method", "path"), ROUTES[1:])
async def test_write_when_the_role_manages_no_credentials_then_403(http, issuer, served, method, path):
    for role in ("viewer", "operator"):
        answer = await http.request(method, path, json=_body(served), headers=issuer.headers(uuid4(), role))
        assert answer.status_code == 403


async def test_provider_when_set_then_shown_without_its_key_to_this_tenant_alone(http, issuer, served, database):
    tenant = uuid4()
    headers = issuer.headers(tenant, "admin")
    assert (await http.get("/provider", headers=headers)).json() == OFFLINE
    made = await http.put("/provider", json=_body(served), headers=headers)
    assert made.status_code == 200
    shown = (await http.get("/provider", headers=headers)).json()
    assert shown == made.json()
    assert (shown["configured"], shown["kind"], shown["model"]) == (True, "openai", "gpt-5-mini")
    assert KEY not in made.text
    assert KEY.encode() not in await _secret(database, tenant)
    stranger = issuer.headers(uuid4(), "admin")
    assert (await http.get("/provider", headers=stranger)).json() == OFFLINE
    assert (await http.post("/provider/check", headers=stranger)).status_code == 404
    assert (await http.delete("/provider", headers=stranger)).status_code == 404
    assert (await http.delete("/provider", headers=headers)).status_code == 204
    assert (await http.get("/provider", headers=headers)).json() == OFFLINE
    assert await _secret(database, tenant) == b""


async def _secret(database: Database, tenant: UUID) -> bytes:
    async with database.tenant_tx(tenant) as tx:
        return bytes(await tx.scalar(sa.text("SELECT secret FROM providers")) or b"")


@pytest.mark.parametrize("kind", ["openai", "gemini", "anthropic", "openai_compatible"])
async def test_check_when_the_model_answers_then_it_says_so_else_why_not(http, issuer, served, kind):
    headers = issuer.headers(uuid4(), "admin")
    await http.put("/provider", json=_body(served, kind), headers=headers)
    checked = (await http.post("/provider/check", headers=headers)).json()
    assert checked["ok"], checked
    assert checked["label"] == f"{kind}:gpt-5-mini"
    served.recorder.faults.append(Fault.UNAUTHORIZED)
    failed = (await http.post("/provider/check", headers=headers)).json()
    assert not failed["ok"]
    assert "API key" in failed["message"]
    assert failed["hint"]


async def test_key_when_the_model_changes_then_kept_but_never_sent_elsewhere(http, issuer, served):
    headers = issuer.headers(uuid4(), "admin")
    await http.put("/provider", json=_body(served), headers=headers)
    changed = _body(served, model="gpt-5")
    del changed["key"]
    assert (await http.put("/provider", json=changed, headers=headers)).status_code == 200
    assert (await http.post("/provider/check", headers=headers)).json()["ok"]
    elsewhere = await http.put("/provider", json=changed | {"url": f"{served.url}/other"}, headers=headers)
    assert (elsewhere.status_code, elsewhere.json()["reason"]) == (422, "PROVIDER_INVALID")
    first = _body(served)
    del first["key"]
    assert (await http.put("/provider", json=first, headers=issuer.headers(uuid4(), "admin"))).status_code == 422


@pytest.mark.parametrize(
    ("fields", "status", "reason"),
    [
        ({"kind": "llama"}, 422, "PROVIDER_INVALID"),
        ({"model": "no model"}, 422, "PROVIDER_INVALID"),
        ({"kind": "openai_compatible", "url": ""}, 422, "PROVIDER_INVALID"),
        ({"url": "ftp://x"}, 422, "PROVIDER_INVALID"),
        ({"url": "https://user:secret@127.0.0.1/v1"}, 422, "PROVIDER_INVALID"),
        ({"url": "https://[::1"}, 422, "PROVIDER_INVALID"),
        ({"key": "two words"}, 422, "PROVIDER_INVALID"),
        ({"url": "http://169.254.169.254/latest"}, 409, "ADDRESS_NOT_ALLOWED"),
        ({"url": "http://10.0.0.1:80/v1"}, 409, "ADDRESS_NOT_ALLOWED"),
        ({"url": "http://8.8.8.8/v1"}, 422, "PROVIDER_INVALID"),
    ],
)
async def test_set_when_something_is_wrong_then_named_and_nothing_is_kept(http, issuer, served, fields, status, reason):
    headers = issuer.headers(uuid4(), "admin")
    answer = await http.put("/provider", json=_body(served, **fields), headers=headers)
    assert (answer.status_code, answer.json()["reason"]) == (status, reason)
    assert answer.json()["hint"]
    assert KEY not in answer.text
    assert (await http.get("/provider", headers=headers)).json() == OFFLINE


async def test_rewrap_when_a_newer_key_comes_then_the_provider_still_answers(
    http, issuer, served, database, provisioned
):
    tenant = uuid4()
    headers = issuer.headers(tenant, "admin")
    await http.put("/provider", json=_body(served), headers=headers)
    sealed = await _secret(database, tenant)
    newer = base64.b64encode(os.urandom(32)).decode()
    os.environ["NLP_TEST_KEY"] = f"{os.environ['NLP_TEST_KEY']} {newer}"
    box = SecretBox.from_setting("env:NLP_TEST_KEY")
    counts = await rewrap(provisioned["nlp_gateway"].owner, database, box, SEALED)
    await box.close()
    assert counts.seen >= 1
    assert await _secret(database, tenant) != sealed
