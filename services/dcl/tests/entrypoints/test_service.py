"""The service as its callers see it: REST and gRPC in process, the lake and PostgreSQL real."""

import csv
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import httpx
import pytest
from aos_common.grpc import RemoteError, bearer, calls, channel
from aos_common.paging import encode_token
from aos_common.runner import Service
from aos_common.testing import Issuer
from autonomos.dcl.v1 import mappings_pb2 as mp
from autonomos.dcl.v1 import views_pb2 as vp
from autonomos.dcl.v1.mappings_pb2_grpc import MappingServiceStub
from autonomos.dcl.v1.views_pb2_grpc import ViewServiceStub
from dcl.domain.ingestion import Batch, Completion

SOME_ID = "0199c0de-0000-7000-8000-000000000001"
ROUTES = [
    ("GET", "/ontology"),
    ("GET", "/proposals"),
    ("GET", f"/proposals/{SOME_ID}"),
    ("POST", f"/proposals/{SOME_ID}/approve"),
    ("POST", f"/proposals/{SOME_ID}/reject"),
    ("GET", "/mappings/c/s.csv"),
    ("GET", "/views"),
    ("GET", "/views/account"),
    ("POST", "/views/account/query"),
    ("POST", "/views/account/aggregate"),
    ("GET", "/views/account/hash"),
    ("GET", "/lineage/graph"),
    ("GET", "/metrics"),
    ("POST", "/metrics/accounts/query"),
]


@pytest.fixture
async def mappings(service: Service) -> AsyncIterator[Any]:
    async with channel(f"127.0.0.1:{service.http.state.grpc_port}") as opened:
        yield MappingServiceStub(opened)


def _sample(path: Path, most: int) -> list[mp.SampleColumn]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))[:most]
    return [mp.SampleColumn(name=name, values=[row[name] for row in rows]) for name in rows[0]]


async def _propose(mappings: Any, token: str, path: Path, rows: int = 500, *, hold: bool = False) -> mp.Proposal:
    request = mp.ProposeMappingRequest(
        connection_id="c1", connection_name="crm", stream=path.name, columns=_sample(path, rows), hold=hold
    )
    answer: mp.ProposeMappingResponse = await mappings.ProposeMapping(request, metadata=bearer(token), timeout=30)
    return answer.proposal


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_route_when_anonymous_then_401(client: httpx.AsyncClient, method: str, path: str) -> None:
    answer = await client.request(method, f"/api/v1/dcl{path}", headers={"x-tenant-id": str(uuid4())}, json={})
    assert (answer.status_code, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


async def test_propose_when_anonymous_then_unauthenticated(mappings: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await mappings.ProposeMapping(mp.ProposeMappingRequest(), timeout=5)
    assert caught.value.code() is grpc.StatusCode.UNAUTHENTICATED


async def test_error_when_its_text_is_huge_then_its_name_still_arrives(
    service: Service, issuer: Issuer, tenant: UUID
) -> None:
    async with channel(f"127.0.0.1:{service.http.state.grpc_port}") as opened:
        request = vp.QueryViewRequest(view="é" * 100_000)
        with pytest.raises(RemoteError) as caught:
            async with calls("DCL"):
                await ViewServiceStub(opened).QueryView(request, metadata=bearer(issuer.token(tenant)), timeout=5)
    assert caught.value.reason == "VIEW_UNKNOWN"


async def test_propose_when_a_viewer_asks_then_permission_denied(mappings: Any, issuer: Issuer, tenant: UUID) -> None:
    with pytest.raises(grpc.aio.AioRpcError) as caught:
        await mappings.ProposeMapping(
            mp.ProposeMappingRequest(), metadata=bearer(issuer.token(tenant, ("viewer",))), timeout=5
        )
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED


async def test_proposal_when_approved_then_its_mapping_is_in_force_for_its_tenant_alone(
    client: httpx.AsyncClient, mappings: Any, issuer: Issuer, tenant: UUID, shared_data: Path
) -> None:
    mine, other = issuer.headers(tenant), issuer.headers(uuid4())
    proposal = await _propose(mappings, issuer.token(tenant), shared_data / "crm" / "sales_pipeline.csv")
    assert proposal.entity == "opportunity"
    path = f"/api/v1/dcl/proposals/{proposal.id}"
    assert (await client.get(path, headers=other)).json()["reason"] == "PROPOSAL_UNKNOWN"
    assert (await client.get("/api/v1/dcl/proposals", headers=other)).json()["proposals"] == []
    if proposal.state == "pending":
        assert (await client.post(f"{path}/approve", headers=other)).status_code == 404
        approved = await client.post(f"{path}/approve", headers=mine)
        assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    mapping = (await client.get("/api/v1/dcl/mappings/c1/sales_pipeline.csv", headers=mine)).json()
    assert (mapping["version"], mapping["entity"]) == (1, "opportunity")
    assert (await client.post(f"{path}/approve", headers=mine)).json()["reason"] == "PROPOSAL_DECIDED"
    assert (await client.get("/api/v1/dcl/mappings/c1/sales_pipeline.csv", headers=other)).status_code == 404


async def test_propose_when_asked_twice_then_it_is_one_proposal(
    client: httpx.AsyncClient, mappings: Any, issuer: Issuer, tenant: UUID, shared_data: Path
) -> None:
    found = [await _propose(mappings, issuer.token(tenant), shared_data / "crm" / "products.csv") for _ in range(2)]
    assert found[0].id == found[1].id
    listed = await client.get("/api/v1/dcl/proposals", headers=issuer.headers(tenant))
    assert len(listed.json()["proposals"]) == 1


async def test_proposal_when_held_then_waits_until_somebody_asks_without_holding(
    mappings: Any, issuer: Issuer, tenant: UUID, shared_data: Path
) -> None:
    token, path = issuer.token(tenant), shared_data / "crm" / "accounts.csv"
    held = await _propose(mappings, token, path, 20, hold=True)
    again = await _propose(mappings, token, path, 500, hold=True)
    assert (held.state, held.tier, again.state) == ("pending", "auto", "pending")
    asked = await _propose(mappings, token, path)
    assert (asked.id, asked.state, asked.decided_by) == (held.id, "approved", "auto")
    assert (await _propose(mappings, token, path, 20, hold=True)).state == "approved"


@pytest.mark.parametrize(
    ("path", "body", "said"),
    [
        ("query", {"columns": ["nonsense"]}, "no column 'nonsense'"),
        ("query", {"filters": [{"column": "revenue", "op": "gt", "values": ["a lot"]}]}, "is no decimal"),
        ("query", {"filters": [{"column": "revenue", "op": "like", "values": ["1"]}]}, "no operator 'like'"),
        ("query", {"filters": [{"column": "account_name", "op": "eq", "values": ["a\x00b"]}]}, "NUL"),
        ("query", {"filters": [{"column": "revenue", "op": "eq", "values": ["NaN"]}]}, "is no decimal"),
        ("query", {"filters": [{"column": "revenue", "op": "eq", "values": ["1e999999"]}]}, "is no decimal"),
        ("query", {"filters": [{"column": "employees", "op": "eq", "values": ["9" * 60]}]}, "is no integer"),
        ("query", {"page_token": "bogus"}, "page token"),
        ("query", {"page_token": encode_token([1, 2**63])}, "page token"),
        ("query", {"page_token": encode_token([10**30, 0])}, "page token"),
        (
            "aggregate",
            {"group_by": [{"column": "_extras", "json_key": 'a"b'}], "measures": [{"op": "count", "name": "n"}]},
            "json_key",
        ),
        ("query", {"page_size": 5000}, "page_size"),
        ("aggregate", {"measures": [{"op": "sum", "column": "account_name", "name": "n"}]}, "needs a number"),
        ("aggregate", {"measures": [{"op": "count", "name": "n; DROP"}]}, "needs a name"),
        ("aggregate", {"measures": []}, "measures"),
    ],
)
async def test_view_when_the_question_is_wrong_then_422_says_what(
    client: httpx.AsyncClient, issuer: Issuer, tenant: UUID, path: str, body: dict[str, Any], said: str
) -> None:
    answer = await client.post(f"/api/v1/dcl/views/account/{path}", json=body, headers=issuer.headers(tenant))
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


@pytest.mark.parametrize("path", ["mappings/%00/s", "proposals?connection_id=%00", "proposals?state=%00"])
async def test_route_when_a_name_holds_nul_then_422(
    client: httpx.AsyncClient, issuer: Issuer, tenant: UUID, path: str
) -> None:
    answer = await client.get(f"/api/v1/dcl/{path}", headers=issuer.headers(tenant))
    assert (answer.status_code, answer.json()["reason"]) == (422, "INVALID_REQUEST")


@pytest.mark.parametrize("body", ['{"\\ud800": 1}', '{"columns": ["\\ud800"]}', "[" * 100_000, '{"page_size": 1e999}'])
async def test_view_when_the_body_is_odd_then_it_is_refused_not_failed(
    client: httpx.AsyncClient, issuer: Issuer, tenant: UUID, body: str
) -> None:
    headers = issuer.headers(tenant) | {"content-type": "application/json"}
    answer = await client.post("/api/v1/dcl/views/account/query", content=body, headers=headers)
    assert answer.status_code in (400, 422)


async def test_view_when_unknown_then_404_names_the_views(
    client: httpx.AsyncClient, issuer: Issuer, tenant: UUID
) -> None:
    answer = await client.get("/api/v1/dcl/views/nonsense", headers=issuer.headers(tenant))
    assert answer.status_code == 404
    assert "account" in answer.json()["hint"]


async def test_ingestion_when_batches_and_announcement_come_in_any_order_then_the_stream_completes_once(
    client: httpx.AsyncClient, service: Service, bench: Any, issuer: Issuer, tenant: UUID
) -> None:
    api = service.http.state.api
    rows = [[{"_key": "1", "account_name": "Acme"}], [{"_key": "2", "account_name": "Beta"}]]
    batches = [Batch(f"b{i}", "run", "c1/a.csv", "account", bench.batch(tenant, part)) for i, part in enumerate(rows)]
    completion = Completion("run", "c1/a.csv", "account", ("b0", "b1"), True, 1)
    caller = issuer.caller(tenant)
    await api.ingest(tenant, batches[0])
    await api.ingest(tenant, completion)
    assert await api.ingestion(caller, ["run"]) == (1, 0, 0)
    for _ in range(2):
        await api.ingest(tenant, batches[1])
        await api.ingest(tenant, completion)
    assert await api.ingestion(caller, ["run"]) == (1, 1, 2)
    headers = issuer.headers(tenant)
    page = (await client.get("/api/v1/dcl/views/account?page_size=1", headers=headers)).json()
    rest = await client.get(
        "/api/v1/dcl/views/account", params={"page_token": page["next_page_token"]}, headers=headers
    )
    names = {row["account_name"] for row in page["rows"] + rest.json()["rows"]}
    assert (names, rest.json()["next_page_token"]) == ({"Acme", "Beta"}, "")
    other = await client.get("/api/v1/dcl/views/account", headers=issuer.headers(uuid4()))
    assert other.json()["rows"] == []
