"""The audit log from the call that causes an entry to the verification that finds it tampered with."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from aos_common.runner import Service
from aos_local.provision import Provisioned
from identity.app import build
from identity.settings import Settings

PASSWORD = "correct horse battery"


@pytest.fixture
async def consuming(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Identity with its background tasks: the relay and the consumer of the audit."""
    service: Service = await build(settings, frozenset({"serve", "consume"}))
    transport = httpx.ASGITransport(service.http, raise_app_exceptions=False)
    service.http.state.verifier._client = httpx.AsyncClient(transport=transport)
    tasks = [asyncio.create_task(task()) for task in service.tasks]
    async with httpx.AsyncClient(transport=transport, base_url="http://identity") as client:
        yield client
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for close in service.close:
        await close()


async def _tenant(client: httpx.AsyncClient) -> tuple[dict[str, str], str]:
    body = {"tenant_name": "Example", "email": f"{uuid4().hex}@example.com", "password": PASSWORD}
    made = (await client.post("/api/v1/auth/register", json=body)).json()
    return {"Authorization": f"Bearer {made['access_token']}"}, made["user"]["tenant_id"]


async def _entries(client: httpx.AsyncClient, headers: dict[str, str], at_least: int) -> list[dict[str, Any]]:
    for _ in range(100):
        found = (await client.get("/api/v1/admin/audit", headers=headers)).json()["entries"]
        if len(found) >= at_least:
            return list(found)
        await asyncio.sleep(0.1)
    pytest.fail(f"only {len(found)} entries came")


FLAG = "/api/v1/admin/feature-flags/hitl_workflow"


async def test_audit_when_something_changes_or_is_refused_then_it_says_who_what_and_how_it_went(
    consuming: httpx.AsyncClient, provisioned: Provisioned
) -> None:
    headers, tenant = await _tenant(consuming)
    changed = await consuming.put(FLAG, headers=headers, json={"enabled": True})
    assert changed.status_code == 200
    before = await _entries(consuming, headers, 2)
    assert before[0]["action"] == "PUT /api/v1/admin/feature-flags/{name}"
    assert (before[0]["target"], before[0]["outcome"]) == ("name=hitl_workflow", "changed")
    assert before[0]["actor"]
    assert before[0]["trace_id"] == changed.headers["x-trace-id"]
    await consuming.get("/api/v1/admin/feature-flags", headers=headers)
    await consuming.put("/api/v1/admin/feature-flags/none", headers=headers, json={"enabled": True})
    after = await _entries(consuming, headers, 2)
    assert len(after) == 2, "reading, and what changed nothing, leave no entry"
    verified = (await consuming.get("/api/v1/admin/audit/verification", headers=headers)).json()
    assert (verified["whole"], verified["entries"]) == (True, 2)
    stranger, _ = await _tenant(consuming)
    assert (await _entries(consuming, stranger, 1))[0]["tenant_id"] != tenant


@pytest.mark.parametrize(
    ("tampering", "at"),
    [
        ("UPDATE identity.audit_log SET actor = 'eve' WHERE tenant_id = %s AND seq = 3", 3),
        ("DELETE FROM identity.audit_log WHERE tenant_id = %s AND seq = 3", 3),
        ("DELETE FROM identity.audit_log WHERE tenant_id = %s AND seq = 5", 5),
        (
            "UPDATE identity.audit_log SET seq = CASE seq WHEN 2 THEN -4 ELSE -2 END WHERE tenant_id = %s"
            " AND seq IN (2, 4); UPDATE identity.audit_log SET seq = -seq WHERE seq < 0",
            2,
        ),
        ("DELETE FROM identity.audit_heads WHERE tenant_id = %s", 5),
    ],
)
async def test_verification_when_one_row_is_edited_deleted_or_reordered_then_it_names_the_entry(
    consuming: httpx.AsyncClient, provisioned: Provisioned, tampering: str, at: int
) -> None:
    headers, tenant = await _tenant(consuming)
    for enabled in (True, False, True, False):
        await consuming.put(FLAG, headers=headers, json={"enabled": enabled})
    await _entries(consuming, headers, 5)
    url = provisioned.admin.rsplit("/", 1)[0] + "/autonomos"
    with psycopg.connect(url, autocommit=True) as superuser:
        for statement in tampering.split("; "):
            superuser.execute(statement, [tenant] if "%s" in statement else None)
    verified = (await consuming.get("/api/v1/admin/audit/verification", headers=headers)).json()
    assert (verified["whole"], verified["broken_at"]) == (False, at), verified


async def test_log_when_the_service_itself_would_change_it_then_the_database_refuses(
    consuming: httpx.AsyncClient, provisioned: Provisioned
) -> None:
    headers, tenant = await _tenant(consuming)
    await _entries(consuming, headers, 1)
    with psycopg.connect(provisioned["identity"].app) as connection:
        for statement in ("UPDATE identity.audit_log SET actor = 'eve'", "DELETE FROM identity.audit_log"):
            connection.execute(f"SET LOCAL aos.tenant_id = '{tenant}'")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)
            connection.rollback()


async def test_export_when_asked_for_then_every_entry_comes_in_order(consuming: httpx.AsyncClient) -> None:
    headers, _ = await _tenant(consuming)
    await consuming.put(FLAG, headers=headers, json={"enabled": True})
    await _entries(consuming, headers, 2)
    lines = (await consuming.get("/api/v1/admin/audit/export", headers=headers)).text.splitlines()
    assert [line.split('"seq":')[1].split(",")[0] for line in lines] == ["1", "2"]


@pytest.mark.parametrize("path", ["", "/verification", "/export", "/live"])
async def test_route_when_anonymous_then_401(consuming: httpx.AsyncClient, path: str) -> None:
    assert (await consuming.get(f"/api/v1/admin/audit{path}")).status_code == 401
