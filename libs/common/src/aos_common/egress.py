"""Where a tenant's connector may connect to: public addresses, and what the operator allows.

A host is resolved once, each address is checked, and the connection goes to a checked address: a name that resolves to
something else a moment later (DNS rebinding) changes nothing. `AOS_EGRESS_ALLOW` opens private addresses one by one:
`10.20.0.0/16`, `127.0.0.1:5432`, `[fd00::5]:5432`, `db.internal`, `db.internal:5432`, separated by commas. The
addresses that clouds hand out credentials at are never opened.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
import time
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

import httpcore
import httpx

from aos_common.errors import DomainError, Kind

__all__ = ["Egress", "EgressRefused", "HostUnknown"]

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

METADATA = frozenset(
    ipaddress.ip_address(one)
    for one in ("169.254.169.254", "fd00:ec2::254", "100.100.100.200", "168.63.129.16", "192.0.0.192")
)
"""Amazon, Google, Azure, Oracle and Alibaba tell machines their credentials there; Azure's is a public address."""
NAT64 = ipaddress.ip_network("64:ff9b::/96")
MAX_ADDRESSES = 4
_HOST = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_.-]{0,252})|\[?[0-9A-Fa-f:.]{2,45}\]?")


class EgressRefused(DomainError):
    """The host is none that a connector may connect to."""

    reason = "ADDRESS_NOT_ALLOWED"
    kind = Kind.PRECONDITION


class HostUnknown(DomainError):
    """The host has no address."""

    reason = "HOST_UNKNOWN"
    kind = Kind.PRECONDITION


@dataclass(frozen=True)
class _Rule:
    """An allowed network or host, at one port or (0) at all."""

    network: Network | None
    host: str
    port: int

    def allows(self, host: str, address: Address, port: int) -> bool:
        if self.port not in (0, port):
            return False
        if self.network is None:
            return self.host == host.lower().rstrip(".")
        return address.version == self.network.version and address in self.network


class Egress:
    """Decides and resolves; `allow` is the text of `AOS_EGRESS_ALLOW`. Raises ValueError when it does not read."""

    def __init__(self, allow: str = "") -> None:
        self._rules = [_rule(text.strip()) for text in allow.split(",") if text.strip()]

    async def addresses(self, host: str, port: int) -> list[str]:
        """Return the host's addresses that may be connected to; raises `EgressRefused`, `HostUnknown`."""
        return await asyncio.to_thread(self.addresses_now, host, port)

    def addresses_now(self, host: str, port: int) -> list[str]:
        """Return the same, blocking: for threads."""
        if not _HOST.fullmatch(host):
            raise _refused(host)
        try:
            found = socket.getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        except (OSError, UnicodeError):
            raise HostUnknown(
                f"The host {host} has no address.", hint="Check its spelling, and that this server can resolve it."
            ) from None
        listed = dict.fromkeys(str(one[4][0]).partition("%")[0] for one in found)
        permitted = [one for one in listed if self._permits(host, ipaddress.ip_address(one), port)]
        if not permitted:
            raise _refused(host)
        return permitted[:MAX_ADDRESSES]

    def _permits(self, host: str, address: Address, port: int) -> bool:
        inner = [address, *_embedded(address)]
        if METADATA.intersection(inner):
            return False
        if any(rule.allows(host, one, port) for rule in self._rules for one in inner):
            return True
        return all(_is_public(one) for one in inner)

    def http_client(self, **options: object) -> httpx.AsyncClient:
        """Return an HTTP client that connects to checked addresses alone, also after a redirect; it knows no proxy."""
        transport = httpx.AsyncHTTPTransport()
        transport._pool = httpcore.AsyncConnectionPool(  # the one place where a resolver can be put in
            ssl_context=_trusted(), max_connections=20, network_backend=_CheckedBackend(self)
        )
        return httpx.AsyncClient(transport=transport, trust_env=False, timeout=10, **options)  # type: ignore[arg-type]  # httpx's own

    def blocking_client(
        self, timeout: httpx.Timeout, seconds: float | None = None, *, connections: int = 8
    ) -> httpx.Client:
        """Return the same for threads: it connects to checked addresses alone and follows no redirect by itself.

        A connection lives at most `seconds`, if it is said, however slowly its server answers.
        """
        transport = httpx.HTTPTransport(verify=_trusted())
        transport._pool.close()
        transport._pool = httpcore.ConnectionPool(
            ssl_context=_trusted(), max_connections=connections, network_backend=_CheckedThreadBackend(self, seconds)
        )
        return httpx.Client(transport=transport, trust_env=False, timeout=timeout, follow_redirects=False)


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Opens TCP connections to checked addresses; TLS goes on checking the certificate against the host's name."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress
        self._plain = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  the signature is httpcore's
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        address = (await self._egress.addresses(host, port))[0]
        return await self._plain.connect_tcp(address, port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class _CheckedThreadBackend(httpcore.NetworkBackend):
    """The same for threads, where `seconds` is said with an end to every connection."""

    def __init__(self, egress: Egress, seconds: float | None) -> None:
        self._egress, self._seconds = egress, seconds
        self._plain = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        address = self._egress.addresses_now(host, port)[0]
        until = None if self._seconds is None else time.monotonic() + self._seconds
        opened = self._plain.connect_tcp(address, port, timeout, local_address, socket_options)
        return opened if until is None else _Ending(opened, until)


class _Ending(httpcore.NetworkStream):
    """A connection that is over at a time, also for a server that sends a byte now and then."""

    def __init__(self, inner: httpcore.NetworkStream, until: float) -> None:
        self._inner, self._until = inner, until

    def _left(self, timeout: float | None) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the connection has lived its time")
        return left if timeout is None else min(left, timeout)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, self._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, self._left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Ending(self._inner.start_tls(ssl_context, server_hostname, self._left(timeout)), self._until)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


@cache
def _trusted() -> ssl.SSLContext:
    """Reading the public certificates takes 35 ms, so it is done once."""
    return httpx.create_ssl_context()


def _is_public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _embedded(address: Address) -> list[Address]:
    """The IPv4 addresses that an IPv6 address leads to: mapped, 6to4, Teredo, NAT64."""
    if isinstance(address, ipaddress.IPv4Address):
        return []
    found = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in NAT64:
        found.append(ipaddress.IPv4Address(address.packed[-4:]))
    return [one for one in found if one is not None]


def _rule(text: str) -> _Rule:
    host, colon, port = text.rpartition(":")
    if text.count(":") > 1 and "]" not in text.split(":", maxsplit=1)[0] and not text.startswith("["):
        host, colon, port = text, "", ""  # an IPv6 address or network without a port
    if not colon or "]" in port:
        host, port = text, "0"
    if not port.isdigit() or int(port) > 65535:
        raise _unreadable(text)
    bare = host.strip("[]")
    try:
        return _Rule(ipaddress.ip_network(bare), "", int(port))
    except ValueError:
        if "/" in bare or ":" in bare or not _HOST.fullmatch(bare):
            raise _unreadable(text) from None
        return _Rule(None, bare.lower().rstrip("."), int(port))


def _unreadable(text: str) -> ValueError:
    return ValueError(f"AOS_EGRESS_ALLOW: {text!r} is no network, address or host with an optional port")


def _refused(host: str) -> EgressRefused:
    return EgressRefused(
        f"{host[:200]} is not an address that connectors of this installation may connect to.",
        hint="Use a public host, or ask the operator to add this one to AOS_EGRESS_ALLOW.",
    )
