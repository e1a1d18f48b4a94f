"""A second tenant and an anonymous caller get nothing, through the gateway and directly at each service."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import grpc
import httpx
import pytest
from autonomos.aam.v1 import connections_pb2 as aam
from autonomos.aam.v1.connections_pb2_grpc import ConnectionServiceStub, SyncServiceStub
from autonomos.aoa.v1 import runs_pb2 as aoa
from autonomos.aoa.v1.runs_pb2_grpc import RunServiceStub
from autonomos.aod.v1 import discovery_pb2 as aod
from autonomos.aod.v1.discovery_pb2_grpc import DiscoveryServiceStub
from autonomos.dcl.v1 import mappings_pb2, views_pb2
from autonomos.dcl.v1.mappings_pb2_grpc import MappingServiceStub
from autonomos.dcl.v1.views_pb2_grpc import LineageServiceStub, ViewServiceStub

LAYERS = {"auth": "identity", "aod": "aod", "aam": "aam", "dcl": "dcl", "aoa": "aoa"}
PUBLIC = {"/api/v1/auth/register", "/api/v1/auth/login", "/api/v1/auth/refresh"}
SECRET = "Zanzibar Holdings"


@pytest.fixture(scope="module")
def owner(stack: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A tenant with data in every service."""
    folder = tmp_path_factory.mktemp("private")
    (folder / "accounts.csv").write_text(f"account_id,account_name,industry\n1,{SECRET},retail\n2,Other,retail\n")
    return dict(stack.demo(folder))


def _operations(base: str, layer: str) -> list[tuple[str, str]]:
    document = httpx.get(f"{base}/api/v1/{layer}/openapi.json").json()
    return [(method.upper(), path) for path, methods in document["paths"].items() for method in methods]


def _ids(client: Any) -> dict[str, str]:
    """The owner's real ids, by the names that paths use."""
    connection = next(iter(client.connections.list()))
    run = next(iter(client.runs.list()))
    return {
        "connection_id": connection["id"],
        "run_id": run["id"],
        "finding_id": next(iter(client.discovery.findings()))["id"],
        "proposal_id": next(iter(client.proposals.list()))["id"],
        "scan_id": client.transport.get("/api/v1/aod/scans")["scans"][0]["id"],
        "stream": "accounts.csv",
        "view": "account",
        "entity": "account",
    }


def _fill(path: str, ids: dict[str, str]) -> str:
    filled = path.replace(":path}", "}")
    for name, value in ids.items():
        filled = filled.replace("{" + name + "}", value)
    assert "{" not in filled, f"the test knows no id for {path}"
    return filled


@pytest.mark.parametrize("layer", LAYERS)
def test_route_when_anonymous_then_401_at_the_gateway_and_at_the_service(stack: Any, owner: Any, layer: str) -> None:
    ids = _ids(stack.client_of(owner))
    direct = f"http://127.0.0.1:{stack.port(LAYERS[layer])}"
    checked = 0
    for method, path in _operations(stack.url, layer):
        if path in PUBLIC:
            continue
        for base in (stack.url, direct):
            headers = {"x-tenant-id": owner["tenant"], "x-sub": "root", "x-roles": "owner"}
            answer = httpx.request(method, base + _fill(path, ids), headers=headers, json={})
            assert answer.status_code == 401, f"{method} {base}{path}"
            assert answer.json()["reason"] == "UNAUTHENTICATED"
            checked += 1
    assert checked


@pytest.mark.parametrize("layer", LAYERS)
def test_route_when_another_tenant_asks_then_nothing_of_the_owner_shows(stack: Any, owner: Any, layer: str) -> None:
    ids = _ids(stack.client_of(owner))
    stranger = stack.sign_up()
    token = stranger.transport.tokens.access
    bodies = {"filters": [], "measures": [{"op": "count", "name": "n"}], "connection_ids": [ids["connection_id"]]}
    for method, path in _operations(stack.url, layer):
        if path in PUBLIC or path.endswith("/logout"):
            continue
        body = {key: value for key, value in bodies.items() if _wants(path, key)}
        answer = httpx.request(
            method,
            stack.url + _fill(path, ids),
            headers={"Authorization": f"Bearer {token}", "x-tenant-id": owner["tenant"]},
            json=body,
        )
        assert answer.status_code < 500, f"{method} {path}: {answer.text}"
        assert SECRET not in answer.text, f"{method} {path}"
        # A run of the stranger's own repeats the connection id that the stranger asked for above.
        names = {"connection_id", "run_id", "finding_id", "proposal_id", "scan_id"}
        foreign = [ids[name] for name in names - ({"connection_id"} if layer == "aoa" else set())]
        if answer.status_code < 300:
            assert not [value for value in foreign if value in answer.text], f"{method} {path}"
    mine = stack.client_of(owner)
    assert next(iter(mine.connections.list()))["id"] == ids["connection_id"], "nothing of the owner was changed"


def _wants(path: str, key: str) -> bool:
    return {"filters": "/query", "measures": "/aggregate", "connection_ids": "/runs"}[key] in path


def _grpc_calls(ids: dict[str, str]) -> list[tuple[str, Any, str, Any]]:
    connection, run = ids["connection_id"], ids["run_id"]
    mapping = mappings_pb2.GetMappingRequest(connection_id=connection, stream="accounts.csv")
    return [
        ("aam", ConnectionServiceStub, "GetConnection", aam.GetConnectionRequest(connection_id=connection)),
        ("aam", ConnectionServiceStub, "ListConnections", aam.ListConnectionsRequest()),
        ("aam", ConnectionServiceStub, "DeleteConnection", aam.DeleteConnectionRequest(connection_id=connection)),
        ("aam", SyncServiceStub, "StartSync", aam.StartSyncRequest(connection_id=connection)),
        ("aam", SyncServiceStub, "ListSyncRuns", aam.ListSyncRunsRequest()),
        ("aam", SyncServiceStub, "ListQuarantinedRows", aam.ListQuarantinedRowsRequest()),
        ("aod", DiscoveryServiceStub, "ListFindings", aod.ListFindingsRequest()),
        ("aod", DiscoveryServiceStub, "GetFinding", aod.GetFindingRequest(finding_id=ids["finding_id"])),
        ("aod", DiscoveryServiceStub, "ListScans", aod.ListScansRequest()),
        ("dcl", MappingServiceStub, "ListProposals", mappings_pb2.ListProposalsRequest()),
        (
            "dcl",
            MappingServiceStub,
            "GetMapping",
            mapping,
        ),
        ("dcl", ViewServiceStub, "QueryView", views_pb2.QueryViewRequest(view="account")),
        ("dcl", ViewServiceStub, "GetViewHash", views_pb2.GetViewHashRequest(view="account")),
        ("dcl", LineageServiceStub, "GetGraph", views_pb2.GetGraphRequest()),
        ("aoa", RunServiceStub, "GetRun", aoa.GetRunRequest(run_id=run)),
        ("aoa", RunServiceStub, "ListRuns", aoa.ListRunsRequest()),
        ("aoa", RunServiceStub, "ListFindings", aoa.ListFindingsRequest()),
        ("aoa", RunServiceStub, "CancelRun", aoa.CancelRunRequest(run_id=run)),
    ]


def test_rpc_when_anonymous_or_another_tenant_then_nothing_of_the_owner_shows(stack: Any, owner: Any) -> None:
    ids = _ids(stack.client_of(owner))
    token = stack.sign_up().transport.tokens.access
    for service, stub, method, request in _grpc_calls(ids):
        for address in (stack.url.removeprefix("http://"), f"127.0.0.1:{stack.port(service, 'grpc')}"):
            with grpc.insecure_channel(address) as channel:
                call = getattr(stub(channel), method)
                with pytest.raises(grpc.RpcError) as refused:
                    call(request, timeout=10, metadata=[("x-tenant-id", owner["tenant"])])
                assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED, f"{method} at {address}"
                said = _answer(call, request, token)
                assert SECRET not in said, method
                assert ids["connection_id"] not in said, method


def _answer(call: Any, request: Any, token: str) -> str:
    """Return the answer as text, or "" when the thing asked for does not exist for this caller."""
    try:
        return str(call(request, timeout=10, metadata=[("authorization", f"Bearer {token}")]))
    except grpc.RpcError as error:
        code = getattr(error, "code", lambda: None)()
    if code is not grpc.StatusCode.NOT_FOUND:
        pytest.fail(f"answered with {code}")
    return ""


def test_gateway_when_a_path_is_not_in_the_table_then_it_is_refused(stack: Any) -> None:
    token = stack.sign_up().transport.tokens.access
    headers = {"Authorization": f"Bearer {token}"}
    for path in ("/oauth2/token", "/health/ready", "/internal", "/api/v1/nlp/x", f"/{uuid4()}"):
        assert httpx.post(stack.url + path, headers=headers).status_code == 404
        assert httpx.post(stack.url + path).status_code == 401


def test_objects_when_listed_then_every_file_lies_below_its_tenant(stack: Any, owner: Any) -> None:
    root = Path(stack.platform.settings.home.root) / "data" / "objects"
    tenants = {path.name for path in root.iterdir()}
    assert owner["tenant"] in tenants
    assert all(len(name) == 36 for name in tenants), json.dumps(sorted(tenants))
