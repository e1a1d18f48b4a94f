"""What a PostgreSQL failure means for the owner of a connection."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from adbc_driver_manager import Error as AdbcError

from aam.domain.errors import Fault, SourceError


@dataclass(frozen=True)
class _Known:
    pattern: str
    reason: str
    message: str
    hint: str
    fault: Fault = Fault.CONFIG


KNOWN = (
    _Known(
        r"password authentication failed|no password supplied|role .* does not exist|no pg_hba.conf entry|28P01|28000",
        "SOURCE_AUTHENTICATION_FAILED",
        "{location} refused the user or the password.",
        "Enter them again; the user needs LOGIN, CONNECT on the database and SELECT on its tables.",
    ),
    _Known(
        r"could not translate host name|Name or service not known",
        "SOURCE_HOST_UNKNOWN",
        "The host of {location} has no address.",
        "Check its spelling, and that the mesh can resolve it.",
    ),
    _Known(
        r"unsupported startup parameter",
        "REPLICATION_UNAVAILABLE",
        "{location} is a pooler, and replication needs a direct connection.",
        "Enter the server's own host and port (Supabase: db.<project>.supabase.co, port 5432).",
    ),
    _Known(
        r"replication slot .* is active|55006",
        "SOURCE_SLOT_BUSY",
        "{location}: another session reads from the replication slot.",
        "Give each connection a `replication_name` of its own; if there is only one, sync again in a minute.",
        Fault.TRANSIENT,
    ),
    _Known(
        r"database .* does not exist|3D000",
        "SOURCE_DATABASE_MISSING",
        "{location}: there is no such database on that server.",
        "Check the name of the database.",
    ),
    _Known(
        r"Connection refused|No route to host|timeout expired|Network is unreachable|server closed the connection|"
        r"too many clients|starting up|shutting down|terminating connection|57P0|08006|53300",
        "SOURCE_UNREACHABLE",
        "{location} does not answer.",
        "Check host and port, that the server runs, and that a firewall lets the mesh through.",
        Fault.TRANSIENT,
    ),
    _Known(
        r"SSL|certificate",
        "SOURCE_TLS_FAILED",
        "{location}: no encrypted connection came about.",
        "Check `sslmode` and the server's certificate.",
    ),
    _Known(
        r"permission denied|42501",
        "SOURCE_PERMISSION_DENIED",
        "{location}: the user may not read {what}.",
        "GRANT USAGE on the schema and SELECT on the table or view to the user.",
    ),
    _Known(
        r"42P01|42703|does not exist",
        "SOURCE_CHANGED",
        "{location}: {what} or one of its columns is gone.",
        "Discover the connection again.",
    ),
    _Known(
        r"statement timeout|57014|lock timeout|55P03",
        "SOURCE_TIMEOUT",
        "{location}: reading {what} took longer than allowed.",
        "Raise `statement_timeout_seconds`, or sync when the server is less busy.",
        Fault.TRANSIENT,
    ),
)


@contextmanager
def named_errors(location: str, what: str, secret: str) -> Iterator[None]:
    """Failures of the driver inside the block as `SourceError`; the password appears nowhere in them."""
    try:
        yield
    except (AdbcError, psycopg.Error) as error:
        internal = str(error).replace(secret, "***") if secret else str(error)
        for known in KNOWN:
            if re.search(known.pattern, f"{internal} {error.sqlstate or ''}", re.IGNORECASE):
                raise SourceError(
                    known.message.format(location=location, what=what),
                    hint=known.hint,
                    fault=known.fault,
                    internal=internal,
                    reason=known.reason,
                ) from None
        raise SourceError(
            f"{location}: reading {what} failed.",
            hint="Try again; the log of the mesh has what the server said.",
            fault=Fault.SYSTEM,
            internal=internal,
            reason="SOURCE_FAILED",
        ) from None
