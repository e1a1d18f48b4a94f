"""REST and gRPC of onboarding: the anonymous caller first, then the other tenant, then the same answers on both."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import pytest
from aam.entrypoints.api import AamApi
from aam.entrypoints.onboarding import grpc as onboarding_grpc
from aam.entrypoints.onboarding.api import OnboardingApi
from aam.entrypoints.onboarding.rest import onboarding_router
from aos_common.grpc import bearer as metadata_of
from aos_common.testing import Issuer
from autonomos.aam.v1 import onboarding_pb2 as pb
from autonomos.aam.v1 import onboarding_pb2_grpc as stubs

ISSUER = Issuer()
token, bearer = ISSUER.token, ISSUER.headers


@pytest.fixture
async def client(onboarding: OnboardingApi) -> AsyncIterator[httpx.AsyncClient]:
    async with ISSUER.rest("aam", [onboarding_router(onboarding)]) as client:
        yield client


@pytest.fixture
async def rpcs(onboarding: OnboardingApi) -> AsyncIterator[Any]:
    async with ISSUER.rpc(partial(onboarding_grpc.register, onboarding)) as channel:
        yield stubs.OnboardingServiceStub(channel)


async def test_every_door_when_anonymous_then_is_refused(client: httpx.AsyncClient, rpcs: Any) -> None:
    paths: dict[str, Any] = (await client.get("/openapi.json")).json()["paths"]
    calls = [(method, path) for path, methods in paths.items() for method in methods]
    assert len(calls) == 5
    for method, path in calls:
        url = path.removeprefix("/api/v1/aam").format(connection_id=uuid4())
        answer = await client.request(method, url, json={"name": "a", "connector": "files"})
        assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED"), (method, path)
    for rpc, request in (
        (rpcs.OnboardConnections, pb.OnboardConnectionsRequest()),
        (rpcs.GetPreview, pb.GetPreviewRequest()),
        (rpcs.PromoteConnection, pb.PromoteConnectionRequest()),
        (rpcs.GetFunnel, pb.GetFunnelRequest()),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await rpc(request, timeout=5)
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_connection_when_it_is_another_tenants_then_is_not_found(
    client: httpx.AsyncClient, rpcs: Any, tmp_path: Path
) -> None:
    mine, other = uuid4(), uuid4()
    body = {"name": "shop", "connector": "files", "settings": {"path": str(tmp_path)}}
    made = (await client.post("/connections/onboard", json=body, headers=bearer(mine))).json()
    for method, verb in (("GET", "preview"), ("POST", "promote")):
        answer = await client.request(method, f"/connections/{made['id']}/{verb}", headers=bearer(other))
        assert (answer.status_code, answer.json()["reason"]) == (404, "CONNECTION_NOT_FOUND")
    assert (await client.get("/funnel", headers=bearer(other))).json()["eligible"] == 0
    request = pb.GetPreviewRequest(connection_id=made["id"])
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await rpcs.GetPreview(request, metadata=metadata_of(token(other)), timeout=5)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND


async def test_onboarding_when_asked_by_rest_and_grpc_then_both_tell_the_same(
    api: AamApi, client: httpx.AsyncClient, rpcs: Any, tmp_path: Path, mappings: Any
) -> None:
    tenant = uuid4()
    (tmp_path / "items.csv").write_text("id,n\n1,1\n2,two\n")
    mine = metadata_of(token(tenant))
    entries = [pb.CatalogueEntry(name="erp", connector="sap_hana"), pb.CatalogueEntry(name="erp", connector="x")]
    rpc = await rpcs.OnboardConnections(pb.OnboardConnectionsRequest(entries=entries), metadata=mine, timeout=5)
    assert [(one.connection.state, one.reason) for one in rpc.results] == [
        ("UNSUPPORTED_TYPE", ""),
        ("", "CONNECTION_EXISTS"),
    ]
    body = {"name": "shop", "connector": "files", "settings": {"path": str(tmp_path)}}
    batch = {"entries": [body, {**body, "settings": {"nonsense": 1}}, {"name": "org", "connector": "salesforce"}]}
    rest = (await client.post("/connections/onboard/batch", json=batch, headers=bearer(tenant))).json()["results"]
    assert [one["reason"] for one in rest] == ["", "INVALID_SETTINGS", ""]
    assert rest[2]["connection"]["missing"] == ["client_id", "refresh_token"]
    shop = rest[0]["connection"]["id"]
    await api.onboard(tenant, UUID(shop))
    shown = (await client.get(f"/connections/{shop}/preview", headers=bearer(tenant))).json()
    told = await rpcs.GetPreview(pb.GetPreviewRequest(connection_id=shop), metadata=mine, timeout=30)
    assert shown["connection"]["state"] == told.connection.state == "SAFE_MODE"
    assert shown["streams"][0]["stream"] == told.streams[0].stream == "items.csv"
    counts = (await client.get("/funnel", headers=bearer(tenant))).json()
    funnel = await rpcs.GetFunnel(pb.GetFunnelRequest(), metadata=mine, timeout=5)
    assert (counts["eligible"], counts["reachable"], counts["coverage"], counts["met"]) == (2, 1, 0.0, False)
    assert (funnel.eligible, funnel.reachable, funnel.coverage, funnel.objective) == (2, 1, 0.0, 0.9)
    promoted = await client.post(f"/connections/{shop}/promote", headers=bearer(tenant))
    assert (promoted.status_code, promoted.json()["state"]) == (202, "PENDING")
    again = await rpcs.PromoteConnection(pb.PromoteConnectionRequest(connection_id=shop), metadata=mine, timeout=5)
    assert (again.connection.state, again.connection.safe_mode) == ("PENDING", False)


@pytest.mark.parametrize(
    "body",
    [
        {"name": "a\x00", "connector": "files"},
        {"name": "a", "connector": "fi\x00les"},
        {"name": "a", "connector": "postgres", "settings": {"host": "a\x00b"}},
        {"name": "a", "connector": "postgres", "settings": {"host\x00": "a"}},
        {"name": "a", "connector": "files", "settings": {"path": "/tmp\x00"}},
        {"name": "a", "connector": "files", "settings": {"path": "/tmp"}, "streams": ["\x00"]},
        {"name": "a", "connector": "files", "settings": {"path": "/tmp"}, "request_id": "\x00"},
        {"name": "a", "connector": "x" * 61},
        {"name": "a", "connector": ""},
        {"name": "a", "connector": "files", "settings": []},
    ],
)
async def test_entry_when_it_is_hostile_then_is_refused_by_name(
    client: httpx.AsyncClient, body: dict[str, Any]
) -> None:
    answer = await client.post("/connections/onboard", json=body, headers=bearer(uuid4()))
    assert answer.status_code in (400, 422), answer.text
