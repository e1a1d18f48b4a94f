"""HTTP as places use it: checked addresses, bounded answers, named failures."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus

import httpcore
import httpx
from aos_common.egress import Egress, EgressRefused, HostUnknown

from aam.domain.errors import CredentialsRejected, Fault, SourceError

TIMEOUT = httpx.Timeout(60.0, connect=10.0)
PLAIN = {"Accept-Encoding": "identity", "User-Agent": "AutonomOS"}
"""No encoding on the way: sizes and hashes are those of the file."""


class Http:
    """Asks one server; nothing it raises shows a query or a header. A request takes at most `seconds`."""

    def __init__(self, egress: Egress, seconds: float) -> None:
        self._egress, self._seconds = egress, seconds

    @contextmanager
    def asked(self, method: str, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer with its body still to be received; connections live as long as the block."""
        host = httpx.URL(url).host
        try:
            with (
                self._egress.blocking_client(TIMEOUT, self._seconds) as client,
                client.stream(method, url, headers={**PLAIN, **headers}) as response,
            ):
                yield response
        except EgressRefused as error:
            raise SourceError(error.message, hint=error.hint, reason=error.reason) from None
        except HostUnknown as error:
            raise SourceError(error.message, hint=error.hint, reason=error.reason, fault=Fault.TRANSIENT) from None
        except httpx.ReadTimeout:
            raise SourceError(
                f"{host} answers too slowly.",
                hint="Sync again, or raise `fetch_seconds`.",
                fault=Fault.TRANSIENT,
                reason="FETCH_TOO_SLOW",
            ) from None
        except (httpx.HTTPError, httpcore.NetworkError, httpx.StreamError) as error:
            raise SourceError(
                f"{host} did not answer as it should ({type(error).__name__}).",
                hint="Sync again; if it stays so, check address, port and certificate of the server.",
                fault=Fault.TRANSIENT,
                reason="SOURCE_UNREACHABLE",
                internal=type(error).__name__,
            ) from None


def refuse_failure(response: httpx.Response, what: str) -> None:
    """Raise what an answer other than 200 means for `what`; its body is shown nowhere."""
    status, host = response.status_code, response.url.host
    if status == HTTPStatus.OK:
        return
    if status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise CredentialsRejected(f"{host} does not let these credentials read {what} ({status}).")
    if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
        raise SourceError(f"{what} is not on {host}.", hint="Check its address.", reason="FILE_MISSING")
    if status == HTTPStatus.PRECONDITION_FAILED:
        raise SourceError(
            f"{what} changed between its listing and its reading.", hint="Sync again.", fault=Fault.TRANSIENT
        )
    busy = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in (429, 408)
    raise SourceError(
        f"{host} answered {status} to the request for {what}.",
        hint="Sync again later." if busy else "Check address and settings of the connection.",
        fault=Fault.TRANSIENT if busy else Fault.CONFIG,
        reason="SOURCE_ANSWERED_WITH_AN_ERROR",
    )
