import asyncio
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from aos_common.egress import Egress, EgressRefused, HostUnknown

FORBIDDEN = [
    "127.0.0.1",
    "127.8.9.1",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.5.4",
    "192.168.1.1",
    "169.254.169.254",
    "169.254.1.1",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "198.18.0.1",
    "192.0.2.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "[::1]",
    "fe80::1",
    "fc00::1",
    "fd00:ec2::254",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::1",
    "2001:db8::1",
    "localhost",
    "2130706433",
    "0x7f.1",
    "0177.0.0.1",
    "127.1",
]


@pytest.mark.parametrize("host", FORBIDDEN)
async def test_addresses_when_the_host_is_not_public_then_it_is_refused(host: str) -> None:
    with pytest.raises(EgressRefused):
        await Egress().addresses(host, 5432)


@pytest.mark.parametrize(
    "host", ["/var/run/postgresql", "@abstract", "a,127.0.0.1", "", "a b", "x" * 300, "a\x00b", "h?x=1"]
)
async def test_addresses_when_the_host_is_no_host_then_it_is_refused(host: str) -> None:
    with pytest.raises(EgressRefused):
        await Egress("127.0.0.1").addresses(host, 5432)


@pytest.mark.parametrize("host", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
async def test_addresses_when_public_then_are_returned(host: str) -> None:
    assert await Egress().addresses(host, 5432) == [host]


async def test_addresses_when_there_are_none_then_says_so() -> None:
    with pytest.raises(HostUnknown):
        await Egress().addresses("no.such.host.invalid", 1)


@pytest.mark.parametrize(
    ("allow", "host", "port", "allowed"),
    [
        ("10.20.0.0/16", "10.20.3.4", 5432, True),
        ("10.20.0.0/16", "10.21.3.4", 5432, False),
        ("127.0.0.1:5432", "127.0.0.1", 5432, True),
        ("127.0.0.1:5432", "127.0.0.1", 5433, False),
        ("127.0.0.1:5432", "::ffff:127.0.0.1", 5432, True),
        ("[::1]:5432", "::1", 5432, True),
        ("[::1]:5432", "::1", 5433, False),
        ("fd00::/8", "fd12::1", 1, True),
        ("localhost:5432", "localhost", 5432, True),
        ("localhost:5432", "localhost", 5433, False),
        ("localhost", "127.0.0.1", 5432, False),
        ("0.0.0.0/0", "169.254.169.254", 80, False),
        ("169.254.169.254", "169.254.169.254", 80, False),
        ("::/0", "fd00:ec2::254", 80, False),
    ],
)
async def test_addresses_when_the_operator_allows_some_then_those_and_no_others(
    allow: str, host: str, port: int, allowed: bool
) -> None:
    egress = Egress(allow)
    if allowed:
        assert await egress.addresses(host, port)
    else:
        with pytest.raises(EgressRefused):
            await egress.addresses(host, port)


@pytest.mark.parametrize("allow", ["10.0.0.0/33", "host:port", "127.0.0.1:99999", "http://x", "10.0.0.1/8"])
def test_egress_when_the_setting_does_not_read_then_is_refused(allow: str) -> None:
    with pytest.raises(ValueError, match="AOS_EGRESS_ALLOW"):
        Egress(allow)


def _resolving(monkeypatch: pytest.MonkeyPatch, answers: list[str]) -> list[str]:
    """DNS that gives another answer each time."""
    asked: list[str] = []

    def resolve(host: str, port: int, **_: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (answers[min(len(asked), len(answers)) - 1], port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


async def test_addresses_when_one_of_several_is_private_then_only_the_others_are_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 1)) for one in ("10.0.0.1", "93.184.215.14")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: both)
    assert await Egress().addresses("mixed.example", 1) == ["93.184.215.14"]


@pytest.fixture
async def server() -> AsyncIterator[int]:
    """An HTTP server on loopback that redirects to another loopback address."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked = (await reader.readuntil(b"\r\n\r\n")).split()[1]
        head = (
            b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.2:%d/" % port if asked == b"/away" else b"HTTP/1.1 200 OK"
        )
        writer.write(head + b"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    listening = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    yield port
    listening.close()
    await listening.wait_closed()


async def test_http_client_when_redirected_to_a_private_address_then_is_refused(server: int) -> None:
    async with Egress(f"127.0.0.1:{server}").http_client(follow_redirects=True) as client:
        assert (await client.get(f"http://127.0.0.1:{server}/")).status_code == 200
        with pytest.raises(EgressRefused):
            await client.get(f"http://127.0.0.1:{server}/away")
    async with Egress().http_client() as client:
        with pytest.raises(EgressRefused):
            await client.get(f"http://127.0.0.1:{server}/")


async def test_http_client_when_the_name_changes_its_address_then_the_checked_one_is_used(
    server: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = _resolving(monkeypatch, ["127.0.0.1", "127.0.0.9"])
    async with Egress("127.0.0.1").http_client() as client:
        assert (await client.get(f"http://rebind.example:{server}/")).status_code == 200
        assert asked[0] == "rebind.example"
        with pytest.raises((EgressRefused, httpx.HTTPError)):
            await client.get(f"http://rebind.example:{server}/")
