import time
from collections.abc import Callable
from typing import Any

import grpc
import pytest

ASSET = "/api/v1/aod/findings"
VIEW_RPC = "/autonomos.dcl.v1.ViewService/QueryView"


def test_call_when_anonymous_then_401_problem_and_upstream_sees_nothing(gateway: Any) -> None:
    before = len(gateway.seen)
    answer = gateway.call(ASSET)
    assert answer.status == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["reason"] == "UNAUTHENTICATED"
    assert answer.json()["status"] == 401
    assert "login" in answer.json()["hint"]
    assert len(gateway.seen) == before


def test_call_when_token_is_good_then_passes_without_forged_identity(gateway: Any) -> None:
    token = gateway.keys.token()
    forged = {"x-tenant-id": "evil", "X-Sub": "root", "x-roles": "owner", "x-envoy-original-path": "/admin"}
    answer = gateway.call(ASSET + "?page=1", token, headers=forged)
    assert answer.status == 200
    headers = {name.lower(): value for name, value in answer.json()["headers"].items()}
    assert headers["authorization"] == f"Bearer {token}"
    assert not {"x-tenant-id", "x-sub", "x-roles", "x-envoy-original-path"} & set(headers)
    assert answer.json()["path"] == ASSET + "?page=1"


@pytest.mark.parametrize("role", ["owner", "admin", "operator", "viewer", "agent"])
def test_call_when_role_is_public_then_passes_and_the_service_decides(gateway: Any, role: str) -> None:
    assert gateway.call(ASSET, gateway.keys.token(roles=[role])).status == 200


@pytest.mark.parametrize("roles", [["service"], ["owner", "service"]])
def test_call_when_a_service_comes_from_outside_then_401(gateway: Any, roles: list[str]) -> None:
    answer = gateway.call(ASSET, gateway.keys.token(roles=roles))
    assert (answer.status, answer.json()["reason"]) == (401, "UNAUTHENTICATED")


def test_call_when_key_is_rotated_then_new_passes_and_withdrawn_fails_within_seconds(gateway: Any) -> None:
    gateway.keys.add("second")
    token = gateway.keys.token("second")
    assert _becomes(gateway, lambda: token, 200)
    gateway.keys.published.remove("second")
    # A token the gateway has seen stays in its cache until it expires (the service refuses it): a new one each time.
    assert _becomes(gateway, lambda: gateway.keys.token("second"), 401)


def _becomes(gateway: Any, token: Callable[[], str], status: int) -> bool:
    deadline = time.monotonic() + 8
    while time.monotonic() < deadline:
        if gateway.call(ASSET, token()).status == status:
            return True
        time.sleep(0.2)
    return False


def test_rpc_when_anonymous_then_unauthenticated(gateway: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        gateway.rpc(VIEW_RPC)
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_rpc_when_token_is_no_access_token_then_unauthenticated(gateway: Any) -> None:
    with pytest.raises(grpc.RpcError) as refused:
        gateway.rpc(VIEW_RPC, gateway.keys.token(tenant_id="acme"))
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_rpc_when_listed_and_token_is_good_then_reaches_its_service(gateway: Any) -> None:
    gateway.rpc(VIEW_RPC, gateway.keys.token())
    assert gateway.seen[-1]["path"] == VIEW_RPC


@pytest.mark.parametrize(
    "method",
    [
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.health.v1.Health/Check",
        "/autonomos.identity.v1.AccountService/GetAccount",
        "/autonomos.identity.v1.AccountService/SignIn",
        "/autonomos.dcl.v1.ViewServiceInternal/Query",
        "/autonomos.dcl.v1.ViewService/QueryViewX",
        "/autonomos.dcl.v1.ViewService/",
    ],
)
def test_rpc_when_not_listed_then_refused_even_with_a_token(gateway: Any, method: str) -> None:
    with pytest.raises(grpc.RpcError) as anonymous:
        gateway.rpc(method)
    with pytest.raises(grpc.RpcError) as signed_in:
        gateway.rpc(method, gateway.keys.token())
    assert anonymous.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert signed_in.value.code() is grpc.StatusCode.UNIMPLEMENTED
