"""The replication stream of a slot, over libpq's COPY BOTH.

Every word to the server is said here: psycopg2's replication cursor would confirm on its own what it has not been told
to, as soon as the server sends a keepalive before the first change.
"""

import select
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from psycopg import OperationalError, pq
from psycopg.pq.abc import PGconn

BUSY_SECONDS = 60.0
POLL_SECONDS = 0.05
FEEDBACK_SECONDS = 5.0
"""How often the server hears of us; well below its usual `wal_sender_timeout`."""
EPOCH = 946_684_800
"""2000-01-01 in seconds of Unix time, where PostgreSQL's clock begins."""
TEXTS = "-c DateStyle=ISO,YMD -c IntervalStyle=iso_8601 -c TimeZone=UTC -c bytea_output=hex -c extra_float_digits=1"


@dataclass(frozen=True)
class Change:
    """One message of the plugin."""

    payload: bytes


@dataclass(frozen=True)
class Reached:
    """The server has sent all that was committed before `lsn`."""

    lsn: int


class Stream:
    """Changes from a position on; tells the server that `flushed` is ours for good, and never more."""

    def __init__(self, connection: PGconn, flushed: int) -> None:
        self._connection, self._flushed = connection, flushed
        self._told = 0.0

    def __iter__(self) -> Iterator[Change | Reached | None]:
        """Endless; None when nothing came for a moment."""
        self._tell()
        while True:
            if time.monotonic() - self._told > FEEDBACK_SECONDS:
                self._tell()
            size, data = self._connection.get_copy_data(1)
            if size > 0:
                yield self._read(bytes(data))
            elif size == 0:
                if not select.select([self._connection.socket], [], [], POLL_SECONDS)[0]:
                    self._tell()
                self._connection.consume_input()
                yield None
            else:
                result = self._connection.get_result()
                told = result.error_message if result is not None else b""
                raise OperationalError(told.decode(errors="replace") or "server closed the connection")

    def _read(self, data: bytes) -> Change | Reached | None:
        if data[:1] == b"w":
            return Change(data[25:])
        lsn, _, asks = struct.unpack_from(">QqB", data, 1)
        if asks:
            self._tell()
        return Reached(lsn)

    def _tell(self) -> None:
        """Say how far we are, and ask how far the server is: it answers when it has taken note."""
        now = int((time.time() - EPOCH) * 1_000_000)
        self._connection.put_copy_data(struct.pack(">cQQQqB", b"r", self._flushed, self._flushed, 0, now, 1))
        self._connection.flush()
        self._told = time.monotonic()


@contextmanager
def stream(url: str, name: str, start: int, flushed: int) -> Iterator[Stream]:
    """The changes of the slot `name` that were committed at or after `start`; waits while another session has it."""
    options = TEXTS.replace(" ", "%20").replace("=", "%3D").replace(",", "%2C")
    connection = pq.PGconn.connect(f"{url}&replication=database&options={options}".encode())
    try:
        if connection.status != pq.ConnStatus.OK:
            raise OperationalError(connection.error_message.decode(errors="replace"))
        _start(connection, name, start)
        yield Stream(connection, flushed)
    finally:
        connection.finish()


def _start(connection: PGconn, name: str, start: int) -> None:
    options = f"(proto_version '1', publication_names '\"{name}\"')"
    asked = f'START_REPLICATION SLOT "{name}" LOGICAL {lsn_text(start)} {options}'
    deadline = time.monotonic() + BUSY_SECONDS
    while True:
        result = connection.exec_(asked.encode())
        if result.status == pq.ExecStatus.COPY_BOTH:
            return
        busy = result.error_field(pq.DiagnosticField.SQLSTATE) == b"55006"
        if not busy or time.monotonic() > deadline:
            raise OperationalError(result.error_message.decode(errors="replace"))
        time.sleep(POLL_SECONDS)


def lsn_text(lsn: int) -> str:
    """A position as PostgreSQL writes it."""
    return f"{lsn >> 32:X}/{lsn & 0xFFFFFFFF:X}"
