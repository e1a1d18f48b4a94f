import time
from collections.abc import Callable
from typing import Any

import grpc
import jwt
import pytest

ASSET = "/api/v1/aod/assets"
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


def bad_tokens(keys: Any) -> dict[str, str]:
    good = keys.token()
    head, body, signature = good.split(".")
    published = keys.private["first"].public_key()
    now = int(time.time())
    return {
        "unsigned": jwt.encode(jwt.decode(good, options={"verify_signature": False}), None, algorithm="none"),
        "hmac with the public key": jwt.encode(
            {"iss": "https://identity.autonomos.local", "aud": "autonomos", "exp": now + 60},
            str(published.public_numbers().n),
            algorithm="HS256",
            headers={"kid": "first", "typ": "at+jwt"},
        ),
        "signature cut": f"{head}.{body}.{signature[:-8]}",
        "body of another token": f"{head}.{keys.token().split('.')[1]}.{signature}",
        "other issuer": keys.token(iss="https://evil.example"),
        "no issuer": keys.token(iss=None),
        "other audience": keys.token(aud="someone-else"),
        "no audience": keys.token(aud=None),
        "expired": keys.token(exp=now - 6),
        "no expiry": keys.token(exp=None),
        "valid for longer than any we issue": keys.token(exp=now + 3600),
        "not yet valid": keys.token(nbf=now + 60),
        "unknown key": keys.token("withdrawn"),
        "known key name, other key": keys.token("withdrawn", {"kid": "first"}),
        "no key id": keys.token(header={"kid": None}),
        "identity token": keys.token(header={"typ": "JWT"}),
        "no type": keys.token(header={"typ": None}),
        "critical extension": keys.token(header={"crit": ["exp"]}),
        "other RSA algorithm": keys.token(header={"alg": "RS512"}),
        "PSS": keys.token(header={"alg": "PS256"}),
        "no tenant": keys.token(tenant_id=None),
        "tenant is no UUID": keys.token(tenant_id="acme"),
        "tenant is a list": keys.token(tenant_id=["a"]),
        "tenant with more behind": keys.token(tenant_id="0190a0a0-0000-7000-8000-000000000000,other"),
        "no subject": keys.token(sub=None),
        "garbage": "x.y.z",
        "empty": "",
    }


def test_call_when_token_is_bad_then_401_of_every_kind(gateway: Any) -> None:
    before = len(gateway.seen)
    answers = {kind: gateway.call(ASSET, token) for kind, token in bad_tokens(gateway.keys).items()}
    assert {kind: answer.status for kind, answer in answers.items()} == dict.fromkeys(answers, 401)
    assert {answer.json()["reason"] for answer in answers.values()} == {"UNAUTHENTICATED"}
    assert len(gateway.seen) == before


def test_call_when_token_is_anywhere_but_the_bearer_header_then_401(gateway: Any) -> None:
    token = gateway.keys.token()
    assert gateway.call(f"{ASSET}?access_token={token}").status == 401
    assert gateway.call(ASSET, headers={"cookie": f"access_token={token}"}).status == 401
    assert gateway.call(ASSET, headers={"authorization": f"Basic {token}"}).status == 401


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
        gateway.rpc(VIEW_RPC, gateway.keys.token(header={"typ": "JWT"}))
    assert refused.value.code() is grpc.StatusCode.UNAUTHENTICATED


def test_rpc_when_listed_and_token_is_good_then_reaches_its_service(gateway: Any) -> None:
    assert b'"method": "/autonomos.dcl.v1.ViewService/QueryView"' in gateway.rpc(VIEW_RPC, gateway.keys.token())


@pytest.mark.parametrize(
    "method",
    [
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        "/grpc.health.v1.Health/Check",
        "/autonomos.identity.v1.AccountService/GetAccount",
        "/autonomos.dcl.v1.ViewServiceInternal/Query",
    ],
)
def test_rpc_when_not_listed_then_refused_even_with_a_token(gateway: Any, method: str) -> None:
    with pytest.raises(grpc.RpcError) as anonymous:
        gateway.rpc(method)
    with pytest.raises(grpc.RpcError) as signed_in:
        gateway.rpc(method, gateway.keys.token())
    assert anonymous.value.code() is grpc.StatusCode.UNAUTHENTICATED
    assert signed_in.value.code() is grpc.StatusCode.UNIMPLEMENTED
