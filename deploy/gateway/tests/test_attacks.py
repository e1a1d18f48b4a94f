"""R2: every known way to get in with a token that must not."""

import http.client
import socket
from typing import Any

from aos_common.testing_attacks import Attack, Forge, attacks

DOOR = "/api/v1/aod/findings"


def _send(port: int, attack: Attack) -> int:
    """The bytes as they are: no client library may repair or refuse them first."""
    lines = [f"GET {DOOR}{attack.query} HTTP/1.1".encode(), b"host: gateway", b"connection: close"]
    lines += [name + b": " + value for name, value in attack.headers]
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
