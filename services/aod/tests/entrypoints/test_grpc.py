"""Discovery over gRPC, called as another service calls it."""

import asyncio
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aos_common.errors import DomainError, Kind
from aos_common.grpc import bearer, calls, channel
from autonomos.aod.v1 import discovery_pb2 as pb
from autonomos.aod.v1 import discovery_pb2_grpc as stubs

CALLS = [
    ("CreateScan", pb.CreateScanRequest(location="/tmp")),
    ("GetScan", pb.GetScanRequest(scan_id=str(uuid4()))),
    ("ListScans", pb.ListScansRequest()),
    ("ListFindings", pb.ListFindingsRequest()),
    ("GetFinding", pb.GetFindingRequest(finding_id=str(uuid4()))),
    ("ApproveFinding", pb.ApproveFindingRequest(finding_id=str(uuid4()))),
    ("RejectFinding", pb.RejectFindingRequest(finding_id=str(uuid4()))),
]


@pytest.fixture
async def stub(start: Any) -> Any:
    from aos_local.processes.ports import free_port

    port = free_port()
    service = await start(grpc_port=port)
    await service.grpc.start()
    opened = channel(f"127.0.0.1:{port}")
    yield stubs.DiscoveryServiceStub(opened)
    await opened.close()
    await service.grpc.stop(None)


@pytest.mark.parametrize(("method", "request_"), CALLS)
async def test_rpc_when_anonymous_then_unauthenticated(stub: Any, method: str, request_: Any) -> None:
    with pytest.raises(DomainError) as caught:
        async with calls("AOD"):
            await getattr(stub, method)(request_, timeout=5)
    assert caught.value.kind is Kind.UNAUTHENTICATED


async def test_rpc_when_a_folder_is_scanned_and_decided_then_all_of_the_contract_answers(
    stub: Any, issuer: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.csv").write_text("id,email\n1,ann@example.com\n")
    mine = {"metadata": bearer(issuer.token(uuid4())), "timeout": 5}
    theirs = {"metadata": bearer(issuer.token(uuid4())), "timeout": 5}
    scan = (await stub.CreateScan(pb.CreateScanRequest(location=str(tmp_path)), **mine)).scan
    assert not scan.HasField("end_time")
    async with asyncio.timeout(20):
        while scan.state != "succeeded":
            await asyncio.sleep(0.05)
            scan = (await stub.GetScan(pb.GetScanRequest(scan_id=scan.id), **mine)).scan
    assert scan.HasField("end_time")
    found = (await stub.GetFinding(pb.GetFindingRequest(finding_id=scan.finding_id), **mine)).finding
    assert found.data_sets[0].columns[1].pii == "email"
    approved = (await stub.ApproveFinding(pb.ApproveFindingRequest(finding_id=found.id), **mine)).finding
    assert (approved.state, bool(approved.connection_id)) == ("approved", True)
    assert [one.id for one in (await stub.ListScans(pb.ListScansRequest(), **mine)).scans] == [scan.id]
    listed = await stub.ListFindings(pb.ListFindingsRequest(state="approved"), **mine)
    assert [one.id for one in listed.findings] == [found.id]
    assert not (await stub.ListFindings(pb.ListFindingsRequest(), **theirs)).findings
    with pytest.raises(DomainError) as caught:
        async with calls("AOD"):
            await stub.RejectFinding(pb.RejectFindingRequest(finding_id=found.id, note="no"), **mine)
    assert caught.value.reason == "FINDING_DECIDED"
