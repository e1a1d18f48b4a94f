from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import pytest
from aoa_fakes.service import running
from aos_common import grpc as common
from aos_common.errors import Unauthenticated
from aos_common.grpc import RemoteError, bearer, calls
from aos_common.testing import Issuer
from aos_local.processes.ports import free_port
from autonomos.aoa.v1 import runs_pb2 as pb
from autonomos.aoa.v1 import runs_pb2_grpc as stubs
from google.protobuf.json_format import MessageToDict


@pytest.fixture
async def service(world: Any) -> AsyncIterator[stubs.RunServiceStub]:
    port = free_port()
    async with running(world.settings.model_copy(update={"grpc_port": port}), "serve", "work") as aoa:
        await aoa.grpc.start()
        channel = common.channel(f"127.0.0.1:{port}")
        yield stubs.RunServiceStub(channel)
        await channel.close()
        await aoa.grpc.stop(0)


async def test_rpc_when_anonymous_then_unauthenticated(service: stubs.RunServiceStub) -> None:
    with pytest.raises(RemoteError) as caught:
        async with calls("AOA"):
            await service.ListRuns(pb.ListRunsRequest(), timeout=10)
    assert caught.value.reason == Unauthenticated.reason


async def test_run_when_started_over_grpc_then_it_can_be_followed_to_its_findings(
    service: stubs.RunServiceStub, issuer: Issuer, tenant: UUID, until: Any
) -> None:
    mine = {"timeout": 10, "metadata": bearer(issuer.token(tenant))}
    run = (await service.StartRun(pb.StartRunRequest(request_id="a"), **mine)).run

    async def over() -> pb.Run | None:
        found = (await service.GetRun(pb.GetRunRequest(run_id=run.id), **mine)).run
        return found if found.state != "running" else None

    ended = await until(over)
    assert (ended.state, ended.HasField("end_time"), len(ended.steps)) == ("succeeded", True, 4)
    assert [one.id for one in (await service.ListRuns(pb.ListRunsRequest(), **mine)).runs] == [run.id]
    found = (await service.ListFindings(pb.ListFindingsRequest(agent="revops"), **mine)).findings
    product = next(one for one in found if one.check == "unknown_product")
    assert MessageToDict(product.filters) == [{"column": "product_name", "op": "eq", "values": ["GTXPro"]}]
    assert MessageToDict(product.evidence[0]) == {"name": "GTXPro", "rows": 1480.0, "did_you_mean": "GTX Pro"}
    assert (await service.ListAgents(pb.ListAgentsRequest(), **mine)).agents[0].name == "finops"


async def test_run_when_another_tenant_asks_over_grpc_then_it_does_not_exist(
    service: stubs.RunServiceStub, issuer: Issuer, tenant: UUID
) -> None:
    run = (await service.StartRun(pb.StartRunRequest(), timeout=10, metadata=bearer(issuer.token(tenant)))).run
    other = bearer(issuer.token(uuid4()))
    for call, request in (
        (service.GetRun, pb.GetRunRequest(run_id=run.id)),
        (service.CancelRun, pb.CancelRunRequest(run_id=run.id)),
    ):
        with pytest.raises(RemoteError) as caught:
            async with calls("AOA"):
                await call(request, timeout=10, metadata=other)
        assert caught.value.reason == "RUN_UNKNOWN"
