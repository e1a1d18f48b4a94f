"""What a failure of PostgreSQL means for whoever asked for the scan; no credential appears in any message."""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg

from aod.domain.errors import PlaceUnreadable
from aod.domain.personal.texts import mask_text

LOST = (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.OperatorInterventionError, OSError)
SLOW = (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, TimeoutError)


@contextmanager
def named_errors(shown: str) -> Iterator[None]:
    """Failures that end the scan as `PlaceUnreadable`; `shown` is the database without credentials."""
    try:
        yield
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, ValueError) as error:
        message, hint = _meaning(error)
        raise PlaceUnreadable(message.format(shown=shown), hint=hint) from None


def _meaning(error: Exception) -> tuple[str, str]:
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            meaning = (
                "{shown} refused the user or the password.",
                "Enter them again; the user needs LOGIN, CONNECT on the database and SELECT on its tables.",
            )
        case asyncpg.InvalidCatalogNameError():
            meaning = ("{shown}: there is no such database on that server.", "Check the name of the database.")
        case asyncpg.InsufficientPrivilegeError():
            meaning = ("{shown}: the user may not connect.", "GRANT CONNECT on the database to the user.")
        case socket.gaierror():
            meaning = (
                "The host of {shown} has no address.",
                "Check its spelling, and that the server can resolve it.",
            )
        case _ if isinstance(error, (ssl.SSLError, ValueError)) or "SSL" in str(error):
            meaning = (
                "{shown}: no encrypted connection came about.",
                "Check `sslmode` and the server's certificate.",
            )
        case asyncpg.QueryCanceledError():
            meaning = ("{shown}: its catalogue took too long to read.", "Scan again when the server is less busy.")
        case _:
            meaning = (
                "{shown} does not answer.",
                "Check host and port, that the server runs, and that a firewall lets this one through.",
            )
    return meaning


def table_error(data_set: str, error: Exception) -> str:
    """Why one table or view cannot be read, and what to do."""
    if isinstance(error, asyncpg.InsufficientPrivilegeError):
        return f"{data_set}: the user may not read it. GRANT SELECT on it, and on what it reads, to the user."
    if isinstance(error, SLOW):
        return f"{data_set}: reading a sample took too long. Scan again when the server is less busy."
    # The server quotes values in its messages, and a value may be somebody's.
    said = mask_text(str(error).splitlines()[0])[:300]
    return f"{data_set}: it cannot be read ({said}). Repair the view or table, and scan again."
