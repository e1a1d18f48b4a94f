"""What a failure of the driver means for the owner of a connection."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote_plus

from bson.errors import BSONError
from pymongo.errors import AutoReconnect, NetworkTimeout, OperationFailure, PyMongoError, ServerSelectionTimeoutError

from aam.domain.errors import Fault, SourceError

TRANSIENT_CODES = frozenset({6, 7, 43, 89, 91, 133, 134, 189, 237, 262, 9001, 10107, 11600, 11602, 13388, 13435, 13436})
"""The server's own list of retryable reads, and lost cursors."""


@dataclass(frozen=True)
class _Told:
    reason: str
    message: str
    hint: str
    fault: Fault = Fault.CONFIG


AUTHENTICATION = _Told(
    "SOURCE_AUTHENTICATION_FAILED",
    "{location} refused the user or the password.",
    "Enter them again; check `auth_source`, the database that knows the user.",
)
PERMISSION = _Told(
    "SOURCE_PERMISSION_DENIED",
    "{location}: the user may not read {what}.",
    "Grant the user the role `read` on the database.",
)
TIMEOUT = _Told(
    "SOURCE_TIMEOUT",
    "{location}: the server did not answer about {what} in time.",
    "Raise `read_timeout_seconds`, or sync when the server is less busy.",
    Fault.TRANSIENT,
)
UNREACHABLE = _Told(
    "SOURCE_UNREACHABLE",
    "{location} does not answer.",
    "Check hosts and ports, `tls`, that the server runs, and that a firewall lets the mesh through.",
    Fault.TRANSIENT,
)
TLS = _Told(
    "SOURCE_TLS_FAILED",
    "{location}: no encrypted connection came about.",
    "Check `tls` and `tls_ca`, and that the server's certificate carries the name of its host.",
)
UNREADABLE = _Told(
    "SOURCE_UNREADABLE",
    "{location}: {what} holds a document that is no valid BSON, or is nested too deeply.",
    "Repair the document, or leave its collection out with `collections`.",
)
OTHER = _Told(
    "SOURCE_FAILED",
    "{location}: reading {what} failed.",
    "Try again; the log of the mesh has what the server said.",
    Fault.SYSTEM,
)
BY_CODE = {18: AUTHENTICATION, 8000: AUTHENTICATION, 13: PERMISSION, 50: TIMEOUT}


@contextmanager
def named_errors(location: str, what: str, secret: str) -> Iterator[None]:
    """Failures of the driver inside the block as `SourceError`; the password appears nowhere in them."""
    try:
        yield
    except (PyMongoError, BSONError, RecursionError) as error:
        told = _told(error)
        raise SourceError(
            told.message.format(location=location, what=what),
            hint=told.hint,
            fault=told.fault,
            internal=_without(str(error), secret),
            reason=told.reason,
        ) from None


def _told(error: Exception) -> _Told:
    if isinstance(error, BSONError | RecursionError):
        return UNREADABLE
    if isinstance(error, OperationFailure):
        transient = UNREACHABLE if error.code in TRANSIENT_CODES else OTHER
        return BY_CODE.get(error.code or 0, transient)
    if isinstance(error, AutoReconnect | ServerSelectionTimeoutError):
        if re.search(r"\bSSL\b|certificate|TLS", str(error)):
            return TLS
        return TIMEOUT if isinstance(error, NetworkTimeout) else UNREACHABLE
    return OTHER


def _without(text: str, secret: str) -> str:
    for form in {secret, quote_plus(secret)} - {""}:
        text = text.replace(form, "***")
    return text
