"""REST and gRPC of watching: the anonymous caller first, then the other tenant, then the same answers on both."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import pytest
from aam.adapters.watching.airbyte import Airbyte
from aam.adapters.watching.watches import PostgresWatches
from aam.entrypoints.watching import grpc as watching_grpc
from aam.entrypoints.watching.api import WatchingApi
from aam.entrypoints.watching.rest import watching_router
from aos_common.db import Database
from aos_common.egress import Egress
from aos_common.grpc import bearer as metadata_of
from aos_common.secrets import LocalKeys, SecretBox
from aos_common.testing import Issuer
from aos_local.airbyte import CLIENT_ID, CLIENT_SECRET, airbyte
from autonomos.aam.v1 import watching_pb2 as pb
from autonomos.aam.v1 import watching_pb2_grpc as stubs

ISSUER = Issuer()
token, bearer = ISSUER.token, ISSUER.headers
BODY = {"name": "airbyte", "url": "https://airbyte.example.com", "bearer_token": "hunter2"}


@pytest.fixture
def watching(database: Database) -> WatchingApi:
    watches = PostgresWatches(database, SecretBox(LocalKeys([b"k" * 32])))
    return WatchingApi(watches, Airbyte(Egress("127.0.0.1")), lambda: datetime.now(UTC))


@pytest.fixture
async def client(watching: WatchingApi) -> AsyncIterator[httpx.AsyncClient]:
    async with ISSUER.rest("aam", [watching_router(watching)]) as client:
        yield client


@pytest.fixture
async def rpcs(watching: WatchingApi) -> AsyncIterator[Any]:
    async with ISSUER.rpc(partial(watching_grpc.register, watching)) as channel:
        yield stubs.WatchServiceStub(channel)


async def test_every_door_when_anonymous_then_is_refused(client: httpx.AsyncClient, rpcs: Any) -> None:
    one = f"/watches/{uuid4()}"
    for method, path in (("POST", "/watches"), ("GET", "/watches"), ("GET", one), ("DELETE", one)):
        answer = await client.request(method, path, json=BODY)
        assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED"), (method, path)
    for rpc, request in (
        (rpcs.CreateWatch, pb.CreateWatchRequest()),
        (rpcs.ListWatches, pb.ListWatchesRequest()),
        (rpcs.GetWatch, pb.GetWatchRequest()),
        (rpcs.DeleteWatch, pb.DeleteWatchRequest()),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await rpc(request, timeout=5)
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_watch_when_it_is_another_tenants_then_is_not_found(client: httpx.AsyncClient, rpcs: Any) -> None:
    mine, other = bearer(uuid4()), uuid4()
    made = (await client.post("/watches", json=BODY, headers=mine)).json()
    assert "hunter2" not in json.dumps(made)
    for method in ("GET", "DELETE"):
        answer = await client.request(method, f"/watches/{made['id']}", headers=bearer(other))
        assert (answer.status_code, answer.json()["reason"]) == (404, "WATCH_NOT_FOUND")
    assert (await client.get("/watches", headers=bearer(other))).json() == {"watches": []}
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        request = pb.DeleteWatchRequest(watch_id=made["id"])
        await rpcs.DeleteWatch(request, metadata=metadata_of(token(other)), timeout=5)
    assert caught.value.code() is grpc.StatusCode.NOT_FOUND
    assert (await client.delete(f"/watches/{made['id']}", headers=mine)).status_code == 204
    refused = await client.post("/watches", json={**BODY, "every_seconds": 59}, headers=mine)
    assert refused.status_code == 422


async def test_watch_when_asked_by_rest_and_grpc_then_both_tell_the_same(
    client: httpx.AsyncClient, rpcs: Any, watching: WatchingApi
) -> None:
    tenant = uuid4()
    metadata = metadata_of(token(tenant))
    with airbyte() as deployment:
        deployment.run(deployment.connect("crm"), "failed", "2026-03-10T00:00:00Z", rowsSynced=3)
        credential = pb.WatchCredential(client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
        asked = pb.CreateWatchRequest(name="airbyte", url=deployment.url, credential=credential)
        made = (await rpcs.CreateWatch(asked, metadata=metadata, timeout=5)).watch
        assert (made.every_seconds, made.stale_after_minutes, made.state) == (300, 1_440, "pending")
        await watching.look(tenant, UUID(made.id))
    rest = (await client.get(f"/watches/{made.id}", headers=bearer(tenant))).json()
    rpc = (await rpcs.GetWatch(pb.GetWatchRequest(watch_id=made.id), metadata=metadata, timeout=5)).watch
    assert rest["state"] == rpc.state == "ok"
    assert rest["syncs"][0]["warning"] == rpc.syncs[0].warning == "The last sync failed."
    assert (rest["syncs"][0]["rows"], rpc.syncs[0].rows, rpc.syncs[0].HasField("bytes")) == (3, 3, False)
    listed = await rpcs.ListWatches(pb.ListWatchesRequest(), metadata=metadata, timeout=5)
    assert [one.id for one in listed.watches] == [made.id]
