"""Loopback TCP ports."""

import secrets
import socket
import weakref
from collections.abc import Iterable
from contextlib import closing, suppress
from pathlib import Path

from aos_common.errors import DomainError, Kind

LOOPBACK = "127.0.0.1"
FIRST, ENOUGH, TRIES = 10_000, 5_000, 1_000
FIRST_EPHEMERAL = 32_768
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")


class PortTaken(DomainError):
    """A port that was asked for by number is in use."""

    reason = "PORT_TAKEN"
    kind = Kind.CONFLICT


def is_free(port: int, host: str = LOOPBACK) -> bool:
    """True when nothing listens on the port, so that a server can bind it now."""
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


class Reservation:
    """Keeps a port for a server that binds it later, so that a platform started beside this one chooses another."""

    def __init__(self, port: int, host: str = LOOPBACK) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        # Without SO_REUSEADDR nobody else can bind it. Connections that an earlier server has just closed prevent the
        # binding; then the port is as good as reserved for a moment anyway.
        with suppress(OSError):
            self._socket.bind((host, port))
        weakref.finalize(self, self._socket.close)

    def release(self) -> None:
        """Give the port to the server that is about to bind it; may be called again."""
        self._socket.close()


def free_port(avoid: Iterable[int] = ()) -> int:
    """A free port outside `avoid`; another program may still take it first, but only by its number.

    The kernel gives it to nobody who asks for just any port, as clients do and servers for their inner parts.
    """
    taken, ours = set(avoid), _not_given_out()
    for _ in range(TRIES):
        port = secrets.choice(ours)
        if port not in taken and is_free(port):
            return port
    raise PortTaken(f"No free port between {ours[0]} and {ours[-1]}.", hint="Stop what listens there.")


def _not_given_out() -> range:
    """Ports below those that the kernel chooses from; all, where it chooses from (nearly) all."""
    first = FIRST_EPHEMERAL
    with suppress(OSError, ValueError):
        first = int(_EPHEMERAL.read_text().split()[0])
    return range(FIRST, first) if first - FIRST >= ENOUGH else range(FIRST, 65_536)


def first_free(start: int, tries: int = 50) -> int:
    """The first free port at or above `start`; raises PortTaken after `tries` ports."""
    for port in range(start, start + tries):
        if is_free(port):
            return port
    raise PortTaken(
        f"No free port between {start} and {start + tries - 1}.",
        hint="Stop what listens there, or choose another with AOS_PUBLIC_PORT.",
    )


def accepts(port: int, host: str = LOOPBACK, timeout: float = 0.5) -> bool:
    """True when something accepts a TCP connection within `timeout` seconds."""
    try:
        with closing(socket.create_connection((host, port), timeout=timeout)):
            return True
    except OSError:
        return False
