"""R3: raw requests that try to reach a protected handler without a token, or as another tenant than the token's."""

import contextlib
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from aos_gateway.routes import CONSOLE, ROUTES
from aos_gateway.testing.tricks import Raw, headers, lengths, paths
from aos_gateway.testing.tricks_http2 import Frames, frames
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.exceptions import ProtocolError

Trick = Raw | Frames
GROUPS: dict[str, Callable[[], Iterator[Trick]]] = {f.__name__: f for f in (paths, headers, lengths, frames)}
PUBLIC = {(route.method, route.path) for route in ROUTES if route.public}
IDENTITY = {"x-tenant-id", "x-sub", "x-roles", "x-user-id", "x-forwarded-user"}


def test_tricks_when_counted_then_are_more_than_500_different_ones() -> None:
    tricks = [trick for group in GROUPS.values() for trick in group()]
    sent = {trick.sent if isinstance(trick, Raw) else (trick.headers, trick.body) for trick in tricks}
    assert len(sent) >= 500
    assert sum(isinstance(trick, Frames) for trick in tricks) >= 100


@pytest.mark.parametrize("group", GROUPS)
def test_trick_when_played_without_a_token_then_no_protected_handler_hears_of_it(gateway: Any, group: str) -> None:
    assert [one for one in _heard(gateway, GROUPS[group]()) if not _is_public(one)] == []
    assert gateway.call("/health").status == 200


@pytest.mark.parametrize("group", GROUPS)
def test_trick_when_played_with_a_token_then_the_tenant_stays_the_tokens(gateway: Any, group: str) -> None:
    good = f"Bearer {gateway.keys.token()}"
    heard = list(_heard(gateway, (_signed(trick, good.encode()) for trick in GROUPS[group]())))
    assert len(heard) > 5, "some tricks are harmless to those who may come in"
    carried = [{name.lower(): value for name, value in one["headers"].items()} for one in heard]
    assert [one for one in carried if IDENTITY & set(one)] == []
    assert {one.get("authorization") for one in carried} <= {good, None}
    assert [one for one in heard if "authorization" not in map(str.lower, one["headers"]) and not _is_public(one)] == []


def _heard(gateway: Any, tricks: Iterator[Trick]) -> Iterator[dict[str, Any]]:
    """Play them all; what any service heard meanwhile."""
    before = len(gateway.seen)
    with ThreadPoolExecutor(12) as players:
        list(players.map(lambda trick: _play(gateway.port, trick), tricks))
    time.sleep(0.3)
    yield from gateway.seen[before:]


def _is_public(seen: dict[str, Any]) -> bool:
    """Whether anybody may have it: the console's files always, since it hears of nobody's token."""
    if seen["by"] == CONSOLE:
        return not {"authorization", "cookie"} & set(map(str.lower, seen["headers"]))
    return (seen["method"], seen["path"].split("?")[0]) in PUBLIC


def _signed(trick: Trick, authorization: bytes) -> Trick:
    """The same trick by somebody who is signed in; what hides in a body stays without a token."""
    if isinstance(trick, Frames):
        return Frames(trick.name, (*trick.headers, (b"authorization", authorization)), trick.body)
    first, separator, rest = trick.sent.partition(b"\r\n")
    return Raw(trick.name, first + separator + b"authorization: " + authorization + b"\r\n" + rest)


def _play(port: int, trick: Trick) -> None:
    """Send it and wait until the gateway has answered or hung up."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection, contextlib.suppress(OSError):
        if isinstance(trick, Frames):
            _play_frames(connection, trick)
        else:
            connection.sendall(trick.sent)
            _read(connection, lambda piece: False, 0.15)


def _play_frames(connection: socket.socket, trick: Frames) -> None:
    # Nothing is checked on our side: the gateway has to.
    client = H2Connection(
        H2Configuration(
            validate_outbound_headers=False, normalize_outbound_headers=False, validate_inbound_headers=False
        )
    )
    client.initiate_connection()
    client.send_headers(1, list(trick.headers), end_stream=trick.body is None)
    if trick.body is not None:
        client.send_data(1, trick.body, end_stream=True)
    connection.sendall(client.data_to_send())

    def ended(piece: bytes) -> bool:
        with contextlib.suppress(ProtocolError):
            names = {type(event).__name__ for event in client.receive_data(piece)}
            return bool(names & {"StreamEnded", "StreamReset", "ConnectionTerminated"})
        return True

    _read(connection, ended, 0.5)


def _read(connection: socket.socket, enough: Callable[[bytes], bool], more: float) -> None:
    """Until it is enough, the end, or silence: half a second before the first piece, `more` seconds after each."""
    connection.settimeout(0.5)
    while piece := connection.recv(65536):
        if enough(piece):
            return
        connection.settimeout(more)
