"""REST and gRPC of statistics: the anonymous caller first, then the other tenant, then the same answers on both."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import httpx
import pytest
from aam.domain.mapping import FieldMapping, Mapping
from aam.entrypoints.api import AamApi
from aam.entrypoints.statistics import grpc as statistics_grpc
from aam.entrypoints.statistics.api import StatisticsApi
from aam.entrypoints.statistics.rest import statistics_router
from aos_common.auth import Caller
from aos_common.grpc import bearer as metadata_of
from aos_common.testing import Issuer
from autonomos.aam.v1 import statistics_pb2 as pb
from autonomos.aam.v1 import statistics_pb2_grpc as stubs

ISSUER = Issuer()
token, bearer = ISSUER.token, ISSUER.headers


@pytest.fixture
def measuring(api: AamApi) -> StatisticsApi:
    return StatisticsApi(api.connections, api.statistics, api.clock)


@pytest.fixture
async def client(measuring: StatisticsApi) -> AsyncIterator[httpx.AsyncClient]:
    async with ISSUER.rest("aam", [statistics_router(measuring)]) as client:
        yield client


@pytest.fixture
async def rpcs(measuring: StatisticsApi) -> AsyncIterator[Any]:
    async with ISSUER.rpc(partial(statistics_grpc.register, measuring)) as channel:
        yield stubs.StatisticsServiceStub(channel)


async def test_every_door_when_anonymous_then_is_refused(client: httpx.AsyncClient, rpcs: Any) -> None:
    for method, verb in (("GET", "statistics"), ("PUT", "freshness")):
        answer = await client.request(method, f"/connections/{uuid4()}/{verb}", json={})
        assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")
    for rpc, request in (
        (rpcs.GetStatistics, pb.GetStatisticsRequest()),
        (rpcs.SetFreshness, pb.SetFreshnessRequest()),
    ):
        with pytest.raises(grpc.aio.AioRpcError) as caught:
            await rpc(request, timeout=5)
        assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_statistics_when_asked_by_rest_and_grpc_then_both_tell_the_same_and_nothing_to_another_tenant(
    api: AamApi, client: httpx.AsyncClient, rpcs: Any, tmp_path: Path, mappings: Any
) -> None:
    caller = Caller(uuid4(), "ann", frozenset({"owner"}), "token")
    (tmp_path / "a.csv").write_text("id,n\n1,1\n")
    mappings.known["a.csv"] = Mapping(1, "item", (FieldMapping("n", "n"),), ("id",))
    made = await api.create(caller, "shop", "files", {"path": str(tmp_path)}, [], "")
    await api.onboard(caller.tenant_id, made.id)
    run = await api.sync(caller, str(made.id), "")
    await api.run_sync(caller.tenant_id, run.id)
    path, mine, other = f"/connections/{made.id}", bearer(caller.tenant_id), bearer(uuid4())
    for method, verb in (("GET", "statistics"), ("PUT", "freshness")):
        answer = await client.request(method, f"{path}/{verb}", json={}, headers=other)
        assert (answer.status_code, answer.json()["reason"]) == (404, "CONNECTION_NOT_FOUND")
    set_ = await client.put(f"{path}/freshness", json={"within_minutes": 30}, headers=mine)
    [stream] = set_.json()["streams"]
    assert (set_.json()["fresh_within_minutes"], stream["fresh"], stream["failures"]) == (30, True, 0)
    assert stream["last"]["bytes"] > 0
    metadata = metadata_of(token(caller.tenant_id))
    request = pb.GetStatisticsRequest(connection_id=str(made.id))
    told = (await rpcs.GetStatistics(request, metadata=metadata, timeout=5)).statistics
    assert (told.fresh_within_minutes, told.streams[0].fresh) == (30, True)
    assert told.streams[0].last.bytes == stream["last"]["bytes"]
    assert told.streams[0].last.rows_per_second == stream["last"]["rows_per_second"]
    unset = pb.SetFreshnessRequest(connection_id=str(made.id))
    after = (await rpcs.SetFreshness(unset, metadata=metadata, timeout=5)).statistics
    assert (after.HasField("fresh_within_minutes"), after.streams[0].HasField("fresh")) == (False, False)
