"""R2 at each service: tokens that must not pass are refused by every service itself, over REST and over gRPC.

They are signed with the platform's own key: a service must not trust the gateway to have looked.
"""

import asyncio
import contextlib
import struct
from collections import Counter
from functools import partial
from typing import Any

import grpc
import psycopg
import pytest
from aos_access.doors import DOORS, Access, Door, Live
from aos_common.secrets import SecretBox
from aos_common.testing_attacks import Attack, Forge, attacks
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import ConnectionTerminated, ResponseReceived, StreamEnded, StreamReset, TrailersReceived
from h2.exceptions import ProtocolError

from tests.integration.isolation.asking import Ask, Asking
from tests.integration.isolation.wire import CODES, run_all

SHARE = 4
"""Each door meets every so-manieth attack, another share than the door before; each service meets all of them."""
CODE_NAMES = {str(code.value[0]): code.name for code in grpc.StatusCode}
BROWSERS_WAY = "token in sec-websocket-protocol"
"""How a browser sends it to a WebSocket; an attack at every other door."""
HUNG = 598
"""Stands for no answer within `PATIENCE` seconds."""
PATIENCE = 60
UNSPEAKABLE = 400
"""Stands for a connection or stream that was ended without an answer."""


@pytest.fixture(scope="module")
def key(stack: Any, admin: psycopg.Connection[Any]) -> tuple[rsa.RSAPrivateKey, str]:
    """The key that identity signs with, as only the machine's operator can have it."""
    box = SecretBox.from_setting((stack.platform.settings.home.secrets / "identity-credential-key").as_uri())
    query = "SELECT kid, private_key FROM identity.signing_keys WHERE withdrawn_at IS NULL AND signs_from < now()"
    kid, sealed = admin.execute(query + " ORDER BY signs_from DESC LIMIT 1").fetchone() or ("", b"")
    private = load_pem_private_key(asyncio.run(box.open(bytes(sealed), f"signing-key|{kid}")), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return private, kid


async def _rest(port: int, ask: Ask, attack: Attack) -> int:
    """The bytes as they are: no client library may repair or refuse them first."""
    lines = [f"{ask.door.method} {ask.path}{attack.query} HTTP/1.1".encode(), b"host: service", b"connection: close"]
    if ask.door.live is Live.WEBSOCKET:
        lines[2] = b"connection: upgrade"
        lines += [b"upgrade: websocket", b"sec-websocket-version: 13", b"sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ=="]
    lines += [name + b": " + value for name, value in attack.headers]
    lines += [b"content-type: application/json", b"content-length: 2"] if ask.door.method != "GET" else []
    body = b"{}" if ask.door.method != "GET" else b""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**20)
    try:
        writer.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        async with asyncio.timeout(PATIENCE):
            first = await reader.readline()
        return int(first.split()[1]) if first else UNSPEAKABLE
    except ConnectionError:
        return UNSPEAKABLE
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _grpc(port: int, ask: Ask, attack: Attack) -> int:
    """One call in HTTP/2 frames of our own, since gRPC's clients refuse many of these headers themselves."""
    loose = H2Configuration(header_encoding="latin-1", validate_outbound_headers=False, validate_inbound_headers=False)
    client = H2Connection(loose)
    client.initiate_connection()
    headers = [
        (b":method", b"POST"),
        (b":scheme", b"http"),
        (b":path", ask.path.encode()),
        (b":authority", b"service"),
        (b"te", b"trailers"),
        (b"content-type", b"application/grpc"),
        *attack.headers,
    ]
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        client.send_headers(1, headers)
        client.send_data(1, b"\x00" + struct.pack(">I", len(ask.message)) + ask.message, end_stream=True)
        writer.write(client.data_to_send())
        async with asyncio.timeout(PATIENCE):
            return await _status(client, reader, writer)
    except (ConnectionError, ProtocolError):
        return UNSPEAKABLE
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _status(client: H2Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> int:
    while data := await reader.read(65536):
        for event in client.receive_data(data):
            if isinstance(event, ResponseReceived | TrailersReceived):
                found = dict(event.headers or ())
                if "grpc-status" in found:
                    return CODES.get(CODE_NAMES[str(found["grpc-status"])], 500)
                if found.get(":status", "200") != "200":
                    return int(found[":status"])
            if isinstance(event, StreamReset | ConnectionTerminated | StreamEnded):
                return UNSPEAKABLE
        writer.write(client.data_to_send())
    return UNSPEAKABLE


def _ours(door: Door) -> bool:
    """The doors that want a token, wherever they lead from."""
    return door.access is Access.TOKEN or door.rpc.startswith("autonomos.identity.v1.FlagService")


async def _send(port: int, ask: Ask, attack: Attack) -> int:
    try:
        return await (_grpc if ask.door.rpc else _rest)(port, ask, attack)
    except TimeoutError:
        return HUNG


async def test_forge_when_nothing_is_wrong_then_every_service_lets_the_token_in(
    stack: Any, key: tuple[rsa.RSAPrivateKey, str], documents: dict[str, Any], owner: Any
) -> None:
    asking, token = Asking(documents, owner.ids), Forge(*key).token()
    good = Attack("none", ((b"authorization", f"Bearer {token}".encode()),))
    for name in ("aod.findings", "aam.connections", "dcl.views", "aoa.runs", "identity.users"):
        service, _, path = name.partition(".")
        door = next(d for d in DOORS if d.service == service and d.method == "GET" and d.path.endswith(f"/{path}"))
        assert await _send(stack.port(service), asking.ask(door), good) == 200, name
        rpc = next(d for d in DOORS if d.service == service and "Service/List" in d.rpc)
        assert await _send(stack.port(service, "grpc"), asking.ask(rpc), good) == 200, rpc.name


@pytest.mark.timeout(900)
async def test_services_when_attacked_with_any_token_then_each_refuses_it_at_every_door(
    stack: Any, key: tuple[rsa.RSAPrivateKey, str], documents: dict[str, Any], owner: Any
) -> None:
    every, asking = attacks(*key), Asking(documents, owner.ids)
    wrong: list[str] = []
    statuses: Counter[int] = Counter()
    met: dict[tuple[str, bool], set[str]] = {}

    async def attempt(port: int, ask: Ask, attack: Attack) -> None:
        status = await _send(port, ask, attack)
        statuses[status] += 1
        if status not in attack.statuses and not (ask.door.rpc and status == UNSPEAKABLE):
            wrong.append(f"{ask.door.name}: {attack.name}: {status}")

    jobs = []
    for number, door in enumerate(filter(_ours, DOORS)):
        port = stack.port(door.service, "grpc" if door.rpc else "http")
        for attack in every[number % SHARE :: SHARE]:
            if door.live is Live.WEBSOCKET and attack.name == BROWSERS_WAY:
                continue
            if door.rpc and attack.query:
                continue  # an RPC has none
            met.setdefault((door.service, bool(door.rpc)), set()).add(attack.name)
            jobs.append(partial(attempt, port, asking.ask(door), attack))
    seconds = await run_all(jobs)
    print(f"\nR2: {len(every)} kinds, {len(jobs)} requests in {seconds:.0f} s, answers {dict(statuses)}")
    assert not wrong, f"{len(wrong)} wrong:\n" + "\n".join(wrong[:60])
    assert min(len(names) for names in met.values()) >= 45
    assert len({attack.name for attack in every}) == len(every)
