"""R2: every known way to get in with a token that must not."""

import http.client
import socket
from typing import Any

from aos_common.testing_attacks import Attack, Forge, attacks

DOOR = "/api/v1/aod/findings"


def _send(port: int, attack: Attack) -> int:
    lines = [f"GET {DOOR}{attack.query} HTTP/1.1".encode(), b"host: gateway", b"connection: close"]
    return _status(port, [*lines, *(name + b": " + value for name, value in attack.headers)])


def _status(port: int, lines: list[bytes]) -> int:
    """The bytes as they are: no client library may repair or refuse them first."""
    with socket.create_connection(("127.0.0.1", port), 10) as connection:
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n")
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        answer.read()
        return answer.status


def test_forge_when_nothing_is_wrong_then_the_token_passes(gateway: Any) -> None:
    token = Forge(gateway.keys.private["first"], "first").token()
    assert gateway.call(DOOR, token).status == 200


def test_gateway_when_attacked_with_any_token_then_refuses_with_the_right_status(gateway: Any) -> None:
    every = attacks(gateway.keys.private["first"], "first")
    before = len(gateway.seen)
    answers = {attack.name: _send(gateway.port, attack) for attack in every}
    wrong = {attack.name: answers[attack.name] for attack in every if answers[attack.name] not in attack.statuses}
    assert not wrong, wrong
    assert len(gateway.seen) == before
    assert len(answers) >= 45


def test_websocket_when_attacked_with_any_token_then_refuses(gateway: Any) -> None:
    before = len(gateway.seen)
    asks = (b"connection: Upgrade", b"upgrade: websocket", b"sec-websocket-version: 13")
    lines = [b"GET /api/v1/test/7/socket HTTP/1.1", b"host: g", *asks, b"sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA=="]
    tokens = {attack.name: attack.token for attack in attacks(gateway.keys.private["first"], "first") if attack.token}
    answers = {
        name: _status(gateway.port, [*lines, b"sec-websocket-protocol: v1, bearer." + token.encode()])
        for name, token in tokens.items()
    }
    assert {name: status for name, status in answers.items() if status not in {400, 401, 431}} == {}
    assert len(answers) >= 45
    assert len(gateway.seen) == before
