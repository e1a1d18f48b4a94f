"""REST and gRPC of the mesh: the anonymous caller first, then the other tenant, then the same answers on both."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import pytest
from aam.entrypoints import grpc as grpc_entry
from aam.entrypoints.api import AamApi
from aam.entrypoints.rest import connection_router, run_router
from aos_common.grpc import bearer as metadata_of
from aos_common.testing import Issuer
from autonomos.aam.v1 import connections_pb2 as pb
from autonomos.aam.v1 import connections_pb2_grpc as stubs
from google.protobuf.struct_pb2 import Struct

ISSUER = Issuer()
token, bearer = ISSUER.token, ISSUER.headers


@pytest.fixture
async def client(api: AamApi) -> AsyncIterator[httpx.AsyncClient]:
    async with ISSUER.rest("aam", [connection_router(api), run_router(api)]) as client:
        yield client


@pytest.fixture
async def channel(api: AamApi) -> AsyncIterator[grpc.aio.Channel]:
    async with ISSUER.rpc(partial(grpc_entry.register, api)) as channel:
        yield channel


async def test_every_route_when_anonymous_then_is_refused(client: httpx.AsyncClient) -> None:
    paths: dict[str, Any] = (await client.get("/openapi.json")).json()["paths"]
    calls = [(method, path) for path, methods in paths.items() for method in methods]
    assert len(calls) == 15
    for method, path in calls:
        url = path.removeprefix("/api/v1/aam").format(connection_id=uuid4(), run_id=uuid4())
        answer = await client.request(method, url, json={"name": "a", "connector": "files", "settings": {}})
        assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED"), (method, path)


async def test_connection_when_of_another_tenant_then_is_not_found(client: httpx.AsyncClient, tmp_path: Path) -> None:
    body = {"name": "shop", "connector": "files", "settings": {"path": str(tmp_path)}}
    made = (await client.post("/connections", json=body, headers=bearer(uuid4()))).json()
    stranger = bearer(uuid4())
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("POST", "/check"), ("POST", "/discover"), ("POST", "/sync"),
        ("GET", "/streams"), ("GET", "/explain"),
    ):  # fmt: skip
        answer = await client.request(method, f"/connections/{made['id']}{path}", headers=stranger)
        assert (answer.status_code, answer.json()["reason"]) == (404, "CONNECTION_NOT_FOUND")
    viewer = {"Authorization": f"Bearer {token(uuid4(), ('viewer',))}"}
    url = f"/connections/{made['id']}/reconnect"
    answer = await client.post(url, json={"settings": body["settings"]}, headers=stranger)
    assert (answer.status_code, answer.json()["reason"]) == (404, "CONNECTION_NOT_FOUND")
    answer = await client.post(url, json={"settings": body["settings"]}, headers=viewer)
    assert (answer.status_code, answer.json()["reason"]) == (403, "PERMISSION_DENIED")


async def test_rest_when_used_then_tells_the_whole_life_of_a_connection(
    client: httpx.AsyncClient, api: AamApi, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "items.csv").write_text("id,n\n1,1\n")
    tenant = uuid4()
    headers = bearer(tenant)
    connectors = (await client.get("/connectors", headers=headers)).json()
    assert [one["name"] for one in connectors] == ["files", "mongo", "postgres", "salesforce"]
    assert connectors[2]["settings_schema"]["properties"]["password"]["writeOnly"]
    body = {"name": "shop", "connector": "files", "settings": {"path": str(tmp_path / "in")}}
    made = await client.post("/connections", json=body, headers=headers)
    assert (made.status_code, made.json()["state"]) == (201, "PENDING")
    place = f"/connections/{made.json()['id']}"
    early = await client.post(f"{place}/sync", headers=headers)
    assert (early.status_code, early.json()["reason"]) == (409, "CONNECTION_NOT_READY")
    await api.onboard(tenant, UUID(made.json()["id"]))
    assert (await client.post(f"{place}/check", headers=headers)).json() == {"ok": True, "notes": []}
    [stream] = (await client.get(f"{place}/streams", headers=headers)).json()
    assert (stream["state"], stream["columns"]) == ("needs_mapping", ["id", "n"])
    run = (await client.post(f"{place}/sync", headers=headers)).json()
    assert (await client.get(f"/runs/{run['id']}", headers=headers)).json()["state"] == "pending"
    assert (await client.post(f"/runs/{run['id']}/cancel", headers=headers)).json()["state"] == "cancelled"
    assert len((await client.get("/runs", headers=headers)).json()["runs"]) == 1
    assert (await client.get("/quarantine", headers=headers)).json()["total"] == 0
    assert (await client.get(f"{place}/explain", headers=headers)).json()["story"]
    assert (await client.delete(place, headers=headers)).status_code == 204


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ({"name": "a", "connector": "none", "settings": {}}, "UNKNOWN_CONNECTOR"),
        ({"name": "a", "connector": "postgres", "settings": {"url": "x", "password": "hunter2"}}, "INVALID_SETTINGS"),
        ({"connector": "files", "settings": {}}, "INVALID_REQUEST"),
    ],
)
async def test_connection_when_wrongly_asked_for_then_says_what_and_no_secret(
    client: httpx.AsyncClient, body: dict[str, Any], reason: str
) -> None:
    answer = await client.post("/connections", json=body, headers=bearer(uuid4()))
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)
    assert "hunter2" not in answer.text


async def test_secret_when_stored_then_is_in_no_answer(client: httpx.AsyncClient, database: Any) -> None:
    import sqlalchemy as sa

    tenant = uuid4()
    body = {"name": "crm", "connector": "postgres", "settings": {"url": "postgresql://me:hunter2@db.example/shop"}}
    made = await client.post("/connections", json=body, headers=bearer(tenant))
    listed = await client.get("/connections", headers=bearer(tenant))
    assert made.json()["location"] == "postgresql://db.example:5432/shop"
    assert "hunter2" not in made.text + listed.text
    async with database.tenant_tx(tenant) as tx:
        row = (await tx.execute(sa.text("SELECT settings::text, secret FROM connections"))).one()
    assert "hunter2" not in row.settings
    assert b"hunter2" not in row.secret


async def test_grpc_when_used_then_answers_as_rest_does(
    channel: grpc.aio.Channel, client: httpx.AsyncClient, api: AamApi, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "items.csv").write_text("id,n\n1,1\n")
    connections, syncs = stubs.ConnectionServiceStub(channel), stubs.SyncServiceStub(channel)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await connections.ListConnections(pb.ListConnectionsRequest())
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    tenant = uuid4()
    metadata = metadata_of(token(tenant))
    settings = Struct()
    settings.update({"path": str(tmp_path / "in")})
    request = pb.CreateConnectionRequest(name="shop", connector="files", settings=settings, request_id="r")
    made = (await connections.CreateConnection(request, metadata=metadata)).connection
    await api.onboard(tenant, UUID(made.id))
    got = (
        await connections.GetConnection(pb.GetConnectionRequest(connection_id=made.id), metadata=metadata)
    ).connection
    rest = (await client.get(f"/connections/{made.id}", headers=bearer(tenant))).json()
    assert (got.state, got.streams[0].fingerprint) == (rest["state"], rest["streams"][0]["fingerprint"])
    assert got.create_time.ToDatetime().isoformat() in rest["create_time"]
    run = (await syncs.StartSync(pb.StartSyncRequest(connection_id=made.id), metadata=metadata)).run
    await api.run_sync(tenant, UUID(run.id))
    done = (await syncs.GetSyncRun(pb.GetSyncRunRequest(run_id=run.id), metadata=metadata)).run
    assert (done.state, done.streams[0].state, done.HasField("end_time")) == ("succeeded", "held", True)
    rows = await syncs.ListQuarantinedRows(pb.ListQuarantinedRowsRequest(), metadata=metadata)
    listed = await syncs.ListSyncRuns(pb.ListSyncRunsRequest(connection_id=made.id), metadata=metadata)
    kinds = await connections.ListConnectors(pb.ListConnectorsRequest(), metadata=metadata)
    assert (rows.total, len(listed.runs), len(kinds.connectors)) == (0, 1, 4)
    await connections.DeleteConnection(pb.DeleteConnectionRequest(connection_id=made.id), metadata=metadata)
