"""Which request reaches which door: templates, methods, live answers."""

import http.client
import socket
import time
from typing import Any

import pytest

ORIGIN = "https://console.example.com"
SOCKET = "/api/v1/test/7/socket"
REFUSED = {
    "service token": {"roles": ["service"]},
    "no tenant": {"tenant_id": "acme"},
    "expired": {"exp": 1},
}


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/aod/findings/7",
        "/api/v1/dcl/mappings/7/crm/deals",
        "/api/v1/dcl/mappings/7/a",
        "/api/v1/aam/connections/7/streams?page=2",
        "/api/v1/test/items/special",
        "/api/v1/test/items/a%20b",
    ],
)
def test_template_when_filled_in_then_reaches_the_service(gateway: Any, path: str) -> None:
    assert gateway.call(path, gateway.keys.token()).json()["path"] == path


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/aod/findings/",
        "/api/v1/aod/findings/7/approve/now",
        "/api/v1/aod/findings/7/8",
        "/api/v1/aod/findingsX",
        "/api/v1/aod",
        "/api/v1/dcl/mappings/7",
        "/api/v1/dcl/mappings",
        "/api/v1/aam/connections/7/",
        "/.well-known/jwks.json/",
        "/.well-known/openid",
    ],
)
def test_path_when_beside_the_template_then_404(gateway: Any, path: str) -> None:
    before = len(gateway.seen)
    answer = gateway.call(path, gateway.keys.token())
    assert (answer.status, answer.json()["reason"]) == (404, "NOT_FOUND")
    assert len(gateway.seen) == before


@pytest.mark.parametrize(("method", "status", "times"), [("GET", 200, 2), ("DELETE", 503, 1)])
def test_service_when_it_ends_without_an_answer_then_another_reads_and_nothing_is_changed_twice(
    gateway: Any, method: str, status: int, times: int
) -> None:
    path = f"/api/v1/test/items/7?ends={method}"
    assert gateway.call(path, gateway.keys.token(), method).status == status
    assert [one["method"] for one in gateway.seen if one["path"] == path] == [method] * times


def test_method_when_not_the_doors_then_405_with_those_there_are(gateway: Any) -> None:
    before = len(gateway.seen)
    answer = gateway.call("/api/v1/aam/connections/7", gateway.keys.token(), "PUT")
    assert (answer.status, answer.json()["reason"]) == (405, "METHOD_NOT_ALLOWED")
    assert {method.strip() for method in answer.headers["allow"].split(",")} >= {"GET", "DELETE"}
    assert gateway.call("/api/v1/aam/connections/7", method="PUT").status == 401
    assert len(gateway.seen) == before


def test_method_when_a_more_specific_path_lacks_it_then_the_template_takes_it(gateway: Any) -> None:
    answer = gateway.call("/api/v1/test/items/special", gateway.keys.token(), "DELETE")
    assert (answer.status, answer.json()["method"]) == (200, "DELETE")


def test_answer_when_given_by_anybody_then_carries_the_security_headers(gateway: Any) -> None:
    token = gateway.keys.token()
    calls = (
        gateway.call("/api/v1/aod/findings", token),
        gateway.call("/api/v1/aod/findings"),
        gateway.call("/x", token),
    )
    for answer in (*calls, gateway.call("/health")):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert "strict-transport-security" not in answer.headers


def test_event_stream_when_opened_then_each_event_arrives_as_it_is_sent(gateway: Any) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", gateway.port, timeout=10)
    began = time.monotonic()
    connection.request("GET", "/api/v1/test/1/events", headers={"authorization": f"Bearer {gateway.keys.token()}"})
    answer = connection.getresponse()
    first = answer.readline()
    after_first = time.monotonic() - began
    rest = answer.read()
    connection.close()
    assert first == b"data: first\n"
    assert b"data: second" in rest
    assert after_first < 0.9 < time.monotonic() - began


def test_live_answer_when_its_token_would_have_ended_then_is_closed(gateway: Any, tmp_path: Any) -> None:
    with gateway.another(tmp_path, stream_seconds=1) as short:
        opened = _upgrade(short.port, SOCKET, {"authorization": f"Bearer {gateway.keys.token()}"})
        assert opened.status == 101
        began = time.monotonic()
        assert opened.connection.recv(10) == b""
        assert 0.5 < time.monotonic() - began < 5
        opened.connection.close()


@pytest.mark.parametrize("way", ["header", "subprotocol", "only subprotocol"])
def test_websocket_when_the_token_is_good_then_speaks_both_ways(gateway: Any, way: str) -> None:
    token = gateway.keys.token()
    headers = {
        "header": {"authorization": f"Bearer {token}"},
        "subprotocol": {"sec-websocket-protocol": f"events.v1, bearer.{token}", "origin": ORIGIN},
        "only subprotocol": {"sec-websocket-protocol": f"bearer.{token}"},
    }[way]
    opened = _upgrade(gateway.port, SOCKET, headers)
    assert opened.status == 101
    if way == "subprotocol":
        assert opened.headers["sec-websocket-protocol"] == "events.v1"
    opened.connection.sendall(b"ping")
    assert opened.connection.recv(10) == b"ping"
    opened.connection.close()


@pytest.mark.parametrize("kind", REFUSED)
def test_websocket_when_the_token_is_not_good_then_401(gateway: Any, kind: str) -> None:
    token, before = gateway.keys.token(**REFUSED[kind]), len(gateway.seen)
    assert _upgrade(gateway.port, SOCKET, {"authorization": f"Bearer {token}"}).status == 401
    assert _upgrade(gateway.port, SOCKET, {"sec-websocket-protocol": f"bearer.{token}"}).status == 401
    assert len(gateway.seen) == before


def test_websocket_when_the_token_is_not_where_it_belongs_then_401(gateway: Any) -> None:
    good, other, before = gateway.keys.token(), gateway.keys.token(), len(gateway.seen)
    carriers: list[dict[str, str]] = [
        {},
        {"sec-websocket-protocol": f"bearer.{good}, events.v1"},
        {"sec-websocket-protocol": f"bearer.{good}, bearer.{other}"},
        {"sec-websocket-protocol": f"Bearer {good}"},
        {"sec-websocket-protocol": good},
        {"sec-websocket-protocol": f"bearer.{good}", "authorization": f"Bearer {other}"},
        {"sec-websocket-protocol": f"bearer.{good}", "authorization": "Basic eDp5"},
        {"cookie": f"access_token={good}"},
    ]
    assert [_upgrade(gateway.port, SOCKET, one).status for one in carriers] == [401] * len(carriers)
    assert len(gateway.seen) == before


def test_websocket_when_opened_from_a_foreign_page_then_403(gateway: Any) -> None:
    before, token = len(gateway.seen), gateway.keys.token()
    for origin in (
        "https://evil.example",
        "null",
        f"{ORIGIN}.evil.example",
        "https://consoleXexample.com",
        ORIGIN.upper(),
    ):
        answer = _upgrade(gateway.port, SOCKET, {"authorization": f"Bearer {token}", "origin": origin})
        assert (answer.status, answer.reason()) == (403, "PERMISSION_DENIED")
    assert len(gateway.seen) == before


def test_websocket_door_when_asked_without_upgrade_then_426(gateway: Any) -> None:
    answer = gateway.call(SOCKET, gateway.keys.token())
    assert (answer.status, answer.json()["reason"]) == (426, "UPGRADE_REQUIRED")


@pytest.mark.parametrize("path", ["/api/v1/aod/findings", "/api/v1/test/7/events", "/api/v1/aod/docs", "/health", "/x"])
def test_upgrade_when_the_door_takes_none_then_400(gateway: Any, path: str) -> None:
    before = len(gateway.seen)
    answer = _upgrade(gateway.port, path, {"authorization": f"Bearer {gateway.keys.token()}"})
    assert (answer.status, answer.reason()) == (400, "INVALID_REQUEST")
    assert len(gateway.seen) == before


class _Opened:
    """The answer to a handshake, and the connection behind it."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection, head = connection, b""
        while b"\r\n\r\n" not in head and (byte := connection.recv(1)):
            head += byte
        first, *lines = head.decode().split("\r\n")
        self.status = int(first.split()[1])
        self.headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines if line)}
        self.body = b"" if self.status == 101 else connection.recv(int(self.headers.get("content-length", 0)) or 1)
        if self.status != 101:
            connection.close()

    def reason(self) -> str:
        return next(
            word for word in ("PERMISSION_DENIED", "INVALID_REQUEST", "UNAUTHENTICATED") if word.encode() in self.body
        )


def _upgrade(port: int, path: str, headers: dict[str, str]) -> _Opened:
    connection = socket.create_connection(("127.0.0.1", port), 10)
    fixed = {"host": "gateway", "connection": "Upgrade", "upgrade": "websocket", "sec-websocket-version": "13"}
    lines = [
        f"{name}: {value}"
        for name, value in {**fixed, "sec-websocket-key": "AAAAAAAAAAAAAAAAAAAAAA==", **headers}.items()
    ]
    connection.sendall("\r\n".join([f"GET {path} HTTP/1.1", *lines, "", ""]).encode())
    return _Opened(connection)
