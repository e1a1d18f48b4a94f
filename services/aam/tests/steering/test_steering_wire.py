"""REST and gRPC of steering: the anonymous caller first, then the other tenant, then the same answers on both."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import pytest
from aam.domain.connection import ConnectionState
from aam.entrypoints import grpc as mesh_grpc
from aam.entrypoints.rest import connection_router, run_router
from aam.entrypoints.steering import grpc as steering_grpc
from aam.entrypoints.steering.api import SteeringApi
from aam.entrypoints.steering.rest import steering_router
from aos_common.grpc import bearer as metadata_of
from aos_common.testing import Issuer
from autonomos.aam.v1 import connections_pb2 as pb
from autonomos.aam.v1 import connections_pb2_grpc as stubs
from google.protobuf.struct_pb2 import Struct

ISSUER = Issuer()
ROUTES = (("GET", "steering"), ("POST", "pause"), ("POST", "resume"), ("PUT", "schedule"), ("PUT", "limits"))


def token(tenant: UUID, role: str = "owner") -> str:
    return ISSUER.token(tenant, (role,), "ann")


def bearer(tenant: UUID, role: str = "owner") -> dict[str, str]:
    return {"Authorization": f"Bearer {token(tenant, role)}"}


@pytest.fixture
async def client(steering: SteeringApi) -> AsyncIterator[httpx.AsyncClient]:
    async with ISSUER.rest(
        "aam", [connection_router(steering.mesh), run_router(steering.mesh), steering_router(steering)]
    ) as client:
        yield client


@pytest.fixture
async def channel(steering: SteeringApi) -> AsyncIterator[grpc.aio.Channel]:
    async with ISSUER.rpc(
        partial(mesh_grpc.register, steering.mesh), partial(steering_grpc.register, steering)
    ) as channel:
        yield channel


async def make(client: httpx.AsyncClient, steering: SteeringApi, tenant: UUID, folder: Path) -> str:
    body = {"name": "shop", "connector": "files", "settings": {"path": str(folder)}}
    made = (await client.post("/connections", json=body, headers=bearer(tenant))).json()
    await steering.mesh.connections.set_state(tenant, UUID(made["id"]), ConnectionState.ACTIVE, "")
    return str(made["id"])


@pytest.mark.parametrize(("method", "what"), ROUTES)
async def test_route_when_anonymous_a_stranger_or_a_viewer_then_is_refused(
    client: httpx.AsyncClient, steering: SteeringApi, tmp_path: Path, method: str, what: str
) -> None:
    url, body = f"/connections/{uuid4()}/{what}", {"every_minutes": 5} if method == "PUT" else None
    answer = await client.request(method, url, json=body)
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")
    tenant = uuid4()
    url = f"/connections/{await make(client, steering, tenant, tmp_path)}/{what}"
    answer = await client.request(method, url, json=body, headers=bearer(uuid4()))
    assert (answer.status_code, answer.json()["reason"]) == (404, "CONNECTION_NOT_FOUND")
    answer = await client.request(method, url, json=body, headers=bearer(tenant, "viewer"))
    assert answer.status_code == (200 if method == "GET" else 403)


async def test_rest_when_used_then_steers_a_connection(
    client: httpx.AsyncClient, steering: SteeringApi, tmp_path: Path
) -> None:
    tenant = uuid4()
    headers = bearer(tenant)
    place = f"/connections/{await make(client, steering, tenant, tmp_path)}"
    paused = (await client.post(f"{place}/pause", headers=headers)).json()
    assert (paused["paused_by"], bool(paused["pause_time"])) == ("ann", True)
    shown = (await client.get(place, headers=headers)).json()
    assert (shown["paused_by"], shown["pause_time"]) == ("ann", paused["pause_time"])
    refused = await client.post(f"{place}/sync", headers=headers)
    assert (refused.status_code, refused.json()["reason"]) == (409, "PAUSED")
    assert refused.json()["hint"] == "Resume it first: aos connections resume shop"
    assert (await client.post(f"{place}/resume", headers=headers)).json()["paused_by"] == ""
    body = {"cron": " 0 3 * * * ", "timezone": "Europe/Berlin"}
    set_ = (await client.put(f"{place}/schedule", json=body, headers=headers)).json()
    assert (set_["cron"], set_["timezone"], bool(set_["next_time"])) == ("0 3 * * *", "Europe/Berlin", True)
    [listed] = (await client.get("/connections", headers=headers)).json()["connections"]
    assert listed["next_time"] == set_["next_time"]
    body = {"streams_at_once": 2, "rows_per_second": 500}
    set_ = (await client.put(f"{place}/limits", json=body, headers=headers)).json()
    assert set_ == (await client.get(f"{place}/steering", headers=headers)).json()
    assert (set_["streams_at_once"], set_["rows_per_second"], set_["cron"]) == (2, 500, "0 3 * * *")
    body = {"backfill": {"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}, "request_id": "again"}
    run = await client.post(f"{place}/sync", json=body, headers=headers)
    assert (run.status_code, run.json()["backfill_from"]) == (202, "2026-03-01T00:00:00Z")
    assert (await client.post(f"{place}/sync", json=body, headers=headers)).json()["id"] == run.json()["id"]


@pytest.mark.parametrize(
    ("what", "body", "reason"),
    [
        ("schedule", {"every_minutes": 5, "cron": "* * * * *"}, "INVALID_SCHEDULE"),
        ("schedule", {"cron": "never"}, "INVALID_SCHEDULE"),
        ("schedule", {"cron": "0 3 * * *", "timezone": "Mars/Olympus"}, "INVALID_SCHEDULE"),
        ("schedule", {"every_minutes": -1}, "INVALID_REQUEST"),
        ("limits", {"streams_at_once": 9}, "INVALID_REQUEST"),
        ("sync", {"full_refresh": True, "backfill": {"from": "1", "until": "2"}}, "INVALID_BACKFILL"),
        ("sync", {"backfill": {"from": "2026-03-01", "until": "2026-03-02"}}, "INVALID_BACKFILL"),
        ("sync", {"backfill": {"from": "1"}}, "INVALID_REQUEST"),
        ("sync", {"streams": ["nothing.csv"]}, "UNKNOWN_STREAMS"),
    ],
)
async def test_rest_when_wrongly_asked_then_says_what(
    client: httpx.AsyncClient, steering: SteeringApi, tmp_path: Path, what: str, body: dict[str, Any], reason: str
) -> None:
    tenant = uuid4()
    url = f"/connections/{await make(client, steering, tenant, tmp_path)}/{what}"
    answer = await client.request("POST" if what == "sync" else "PUT", url, json=body, headers=bearer(tenant))
    assert (answer.status_code, answer.json()["reason"]) == (422, reason)


async def test_grpc_when_used_then_answers_as_rest_does(
    channel: grpc.aio.Channel, client: httpx.AsyncClient, steering: SteeringApi, tmp_path: Path
) -> None:
    rpcs, tenant = stubs.SteeringServiceStub(channel), uuid4()
    for ask in (rpcs.GetSteering, rpcs.PauseConnection, rpcs.ResumeConnection, rpcs.SetSchedule, rpcs.SetLimits):
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await ask(pb.GetSteeringRequest(connection_id=str(uuid4())))
        assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED
    made = await make(client, steering, tenant, tmp_path)
    metadata = metadata_of(token(tenant))
    await rpcs.SetSchedule(pb.SetScheduleRequest(connection_id=made, every_minutes=7), metadata=metadata)
    await rpcs.SetLimits(pb.SetLimitsRequest(connection_id=made, rows_per_second=9), metadata=metadata)
    paused = await rpcs.PauseConnection(pb.PauseConnectionRequest(connection_id=made), metadata=metadata)
    rest = (await client.get(f"/connections/{made}/steering", headers=bearer(tenant))).json()
    assert (paused.steering.paused_by, paused.steering.every_minutes, paused.steering.rows_per_second) == ("ann", 7, 9)
    assert paused.steering.next_time.ToDatetime().isoformat() in rest["next_time"]
    connections, syncs = stubs.ConnectionServiceStub(channel), stubs.SyncServiceStub(channel)
    got = await connections.GetConnection(pb.GetConnectionRequest(connection_id=made), metadata=metadata)
    assert (got.connection.paused_by, got.connection.HasField("next_time")) == ("ann", True)
    start = pb.StartSyncRequest(connection_id=made, full_refresh=True)
    with pytest.raises(grpc.aio.AioRpcError) as refused:
        await syncs.StartSync(start, metadata=metadata)
    assert refused.value.code() is grpc.StatusCode.FAILED_PRECONDITION
    await rpcs.ResumeConnection(pb.ResumeConnectionRequest(connection_id=made), metadata=metadata)
    run = (await syncs.StartSync(start, metadata=metadata)).run
    assert (run.full_refresh, run.backfill_from) == (True, "")
    settings = Struct()
    settings.update({"path": str(tmp_path / "elsewhere")})
    request = pb.ReconnectConnectionRequest(connection_id=made, settings=settings)
    moved = await connections.ReconnectConnection(request, metadata=metadata)
    assert (moved.connection.id, moved.connection.location) == (made, str(tmp_path / "elsewhere"))
    stranger = metadata_of(token(uuid4()))
    for call in (connections.ReconnectConnection(request, metadata=stranger),
                 rpcs.GetSteering(pb.GetSteeringRequest(connection_id=made), metadata=stranger)):  # fmt: skip
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await call
        assert refused.value.code() is grpc.StatusCode.NOT_FOUND
