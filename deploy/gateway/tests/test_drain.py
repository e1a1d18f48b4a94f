"""What a pod of the gateway does before it is told to stop."""

import http.client
import subprocess
from pathlib import Path
from typing import Any

from aos_gateway.settings import Address
from aos_gateway.testing import free_port

DRAIN = Path(__file__).parents[1] / "drain"


def _answer(kept: http.client.HTTPConnection) -> tuple[int, str | None]:
    kept.request("GET", "/health")
    answer = kept.getresponse()
    answer.read()
    return answer.status, answer.getheader("connection")


def _drain(port: int) -> str:
    done = subprocess.run([DRAIN, "0", str(port)], stderr=subprocess.PIPE, text=True, check=True, timeout=10)
    return done.stderr


def test_answers_when_the_gateway_drains_then_they_are_given_and_close_their_connection(
    gateway: Any, tmp_path: Path
) -> None:
    port = free_port()
    with gateway.another(tmp_path, admin=Address("127.0.0.1", port)) as other:
        kept = http.client.HTTPConnection("127.0.0.1", other.port, timeout=10)
        before = _answer(kept)
        assert _drain(port) == ""
        assert before == (before[0], None)
        assert _answer(kept) == (before[0], "close")
        new = http.client.HTTPConnection("127.0.0.1", other.port, timeout=10)
        assert _answer(new) == (before[0], "close")


def test_drain_when_envoy_is_not_there_then_says_so_and_ends_well() -> None:
    assert "Envoy took no order" in _drain(free_port())
