"""Loopback TCP ports."""

import socket
import weakref
from collections.abc import Iterable
from contextlib import closing, suppress

from aos_common.errors import DomainError, Kind

LOOPBACK = "127.0.0.1"


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
    """A port the kernel hands out as free, outside `avoid`; another process may still take it first."""
    taken = set(avoid)
    with closing(socket.socket(socket.AF_INET, socket.SOCK_STREAM)) as probe:
        probe.bind((LOOPBACK, 0))
        port: int = probe.getsockname()[1]
    return free_port(taken | {port}) if port in taken else port


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
