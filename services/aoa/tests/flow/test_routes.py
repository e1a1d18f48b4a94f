"""The flow monitor's routes: who may look, what they see, and live answers over a real connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import uvicorn
from aoa.adapters.flow_feed import FlowFeed
from aoa.entrypoints.flow.api import FlowApi
from aoa.entrypoints.flow.rest import router
from aos_common import http
from aos_common.testing import Issuer
from aos_local.processes.ports import free_port


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
async def client(feed: FlowFeed, issuer: Issuer) -> AsyncIterator[httpx.AsyncClient]:
    """A real server, since an answer without an end needs one."""
    verifier, port = issuer.verifier(), free_port()
    routes = [router(FlowApi(feed))]
    app = http.create_app(
        service="aoa", title="t", prefix="/api/v1/aoa", routers=[], also={"/api/v1": routes}, verifier=verifier
    )
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="error", ws="websockets-sansio", lifespan="on"))
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.01)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}/api/v1", timeout=10) as client:
        yield client
    server.should_exit = True
    await serving
    await verifier.close()


@pytest.mark.parametrize("path", ["/flow-monitor", "/events/stream"])
async def test_routes_when_the_caller_is_nobody_then_are_closed(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.get(path)).status_code == 401
    stranger = {"Authorization": f"Bearer {Issuer().token(uuid4())}"}
    assert (await client.get(path, headers=stranger)).status_code == 401


async def _glance(client: httpx.AsyncClient, headers: dict[str, str], **params: Any) -> Any:
    answer = await client.get("/flow-monitor", headers=headers, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _until(client: httpx.AsyncClient, headers: dict[str, str], count: int) -> Any:
    async with asyncio.timeout(10):
        while len((seen := await _glance(client, headers))["events"]) < count:
            await asyncio.sleep(0.02)
    return seen


async def test_monitor_when_asked_by_another_tenant_then_shows_them_nothing(client, issuer: Issuer, publish) -> None:
    tenant = uuid4()
    await publish(tenant, "a", "b")
    await publish(tenant, "c", layer="dcl")
    seen = await _until(client, issuer.headers(tenant), 3)
    assert {event["entity_id"] for event in seen["events"]} == {"a", "b", "c"}
    assert seen["counts"] == {"aam": {"success": 2}, "dcl": {"success": 1}, "agent": {}}
    assert [e["entity_id"] for e in (await _glance(client, issuer.headers(tenant), layer="dcl"))["events"]] == ["c"]
    other = await _glance(client, issuer.headers(uuid4()))
    assert (other["events"], other["counts"]) == ([], {"aam": {}, "dcl": {}, "agent": {}})


async def test_monitor_when_the_question_is_wrong_then_says_what_can_be_asked(client, issuer: Issuer) -> None:
    headers = issuer.headers(uuid4())
    for params, said in (({"layer": "moon"}, "aam, dcl, agent"), ({"limit": 5000}, "at most 1000")):
        answer = await client.get("/flow-monitor", headers=headers, params=params)
        assert answer.status_code == 422
        assert said in answer.text
    answer = await client.get("/events/stream", headers=headers | {"Last-Event-ID": "yesterday"})
    assert answer.status_code == 422


async def _events(client: httpx.AsyncClient, headers: dict[str, str], count: int) -> list[tuple[str, str, Any]]:
    """The first events of an SSE answer: (event, id, data)."""
    got: list[tuple[str, str, Any]] = []
    fields: dict[str, str] = {}
    async with asyncio.timeout(15), client.stream("GET", "/events/stream", headers=headers) as answer:
        assert answer.status_code == 200
        async for line in answer.aiter_lines():
            name, _, value = line.partition(": ")
            if line and name:
                fields[name] = value
            elif fields.get("event"):
                got.append((fields["event"], fields.get("id", ""), json.loads(fields["data"])))
                fields = {}
                if len(got) == count:
                    break
    return got


async def test_stream_when_a_viewer_comes_back_then_goes_on_after_the_last_event_it_saw(
    client, issuer: Issuer, publish
) -> None:
    tenant: UUID = uuid4()
    headers = issuer.headers(tenant)
    await publish(tenant, "a", "b", "c")
    start = (await _until(client, headers, 3))["position"]
    await publish(tenant, "d", "e")
    first = await _events(client, headers | {"Last-Event-ID": start}, 1)
    assert [(event, data["entity_id"]) for event, _, data in first] == [("flow", "d")]
    rest = await _events(client, headers | {"Last-Event-ID": first[0][1]}, 1)
    assert [data["entity_id"] for _, _, data in rest] == ["e"]
    long_ago = await _events(client, headers | {"Last-Event-ID": "1-0.1-0.1-0"}, 1)
    assert long_ago[0][0] == "reset"


async def test_stream_when_its_token_expires_then_ends_by_itself(client, issuer: Issuer) -> None:
    import time

    token = issuer.token(uuid4(), ("viewer",), "me", exp=int(time.time()) + 1)
    got = await _events(client, {"Authorization": f"Bearer {token}"}, 1)
    assert got == [("end", "", {"reason": "TOKEN_EXPIRED"})]
