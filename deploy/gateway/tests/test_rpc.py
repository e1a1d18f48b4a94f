"""RPCs without gRPC: JSON for anybody, gRPC-Web for browsers."""

import json
import struct
from typing import Any

import pytest

QUERY = "/autonomos.dcl.v1.ViewService/QueryView"
WEB = "application/grpc-web+proto"


def _json(gateway: Any, path: str, body: Any, token: str | None = None, **headers: str) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return gateway.call(path, token, "POST", body=raw, headers={"content-type": "application/json", **headers})


def test_json_when_the_token_is_good_then_the_service_gets_the_message(gateway: Any) -> None:
    token = gateway.keys.token()
    answer = _json(gateway, QUERY, {"view": "opportunity"}, token)
    assert (answer.status, answer.headers["content-type"]) == (200, "application/json")
    assert isinstance(answer.json(), dict)
    assert gateway.seen[-1]["path"] == QUERY
    assert gateway.seen[-1]["size"] == len(b"\n\x0bopportunity")
    assert gateway.seen[-1]["headers"]["authorization"] == f"Bearer {token}"


def test_json_when_the_service_fails_then_its_code_message_and_reason_arrive(gateway: Any) -> None:
    answer = _json(gateway, QUERY, {"view": "fail"}, gateway.keys.token())
    assert (answer.status, answer.json()["message"]) == (404, "No view is called so.")
    assert [detail["reason"] for detail in answer.json()["details"]] == ["VIEW_NOT_FOUND"]


@pytest.mark.parametrize("body", [b"{", b"[]", {"view": 7}, b"\xff"])
def test_json_when_it_is_no_such_message_then_400_and_no_service_sees_it(gateway: Any, body: Any) -> None:
    before = len(gateway.seen)
    assert _json(gateway, QUERY, body, gateway.keys.token()).status == 400
    assert len(gateway.seen) == before


def test_json_when_anonymous_then_401_problem(gateway: Any) -> None:
    before = len(gateway.seen)
    answer = _json(gateway, QUERY, {"view": "opportunity"})
    assert (answer.status, answer.json()["reason"]) == (401, "UNAUTHENTICATED")
    assert len(gateway.seen) == before


@pytest.mark.parametrize(
    "path",
    [
        "/autonomos.identity.v1.AccountService/SignIn",
        "/autonomos.dcl.v1.ViewService/Nothing",
        "/grpc.health.v1.Health/Check",
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
    ],
)
def test_json_when_the_rpc_is_not_listed_then_404(gateway: Any, path: str) -> None:
    before = len(gateway.seen)
    assert _json(gateway, path, {}, gateway.keys.token()).status == 404
    assert len(gateway.seen) == before


def test_rpc_when_asked_by_get_then_405(gateway: Any) -> None:
    answer = gateway.call(QUERY, gateway.keys.token())
    assert (answer.status, answer.headers["allow"]) == (405, "POST")


def test_rest_when_json_is_posted_then_the_transcoder_leaves_it_alone(gateway: Any) -> None:
    answer = _json(gateway, "/api/v1/aod/scans", {"anything": [1, 2]}, gateway.keys.token())
    assert (answer.status, answer.json()["size"]) == (200, len('{"anything": [1, 2]}'))


def test_grpc_web_when_the_token_is_good_then_answers_with_trailers_in_the_body(gateway: Any) -> None:
    answer = _web(gateway, QUERY, gateway.keys.token())
    assert (answer.status, answer.headers["content-type"]) == (200, WEB)
    assert b"grpc-status:0" in answer.body.split(b"\x80", 1)[1]
    assert gateway.seen[-1]["path"] == QUERY


def test_grpc_web_when_anonymous_then_unauthenticated(gateway: Any) -> None:
    before = len(gateway.seen)
    answer = _web(gateway, QUERY, None)
    assert b"16" in (answer.headers.get("grpc-status", "").encode() + answer.body)
    assert len(gateway.seen) == before


def test_grpc_web_when_from_the_console_then_its_origin_may_read_the_status(gateway: Any) -> None:
    origin = "https://console.example.com"
    answer = _web(gateway, QUERY, gateway.keys.token(), origin=origin)
    assert answer.headers["access-control-allow-origin"] == origin
    assert "grpc-status" in answer.headers["access-control-expose-headers"]


def _web(gateway: Any, path: str, token: str | None, **headers: str) -> Any:
    message = b"\n\x01v"
    framed = struct.pack(">BI", 0, len(message)) + message
    asked = {"content-type": WEB, "x-grpc-web": "1", **headers}
    return gateway.call(path, token, "POST", body=framed, headers=asked)
