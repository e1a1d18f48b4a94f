"""Requests to Salesforce's data API: with a session, within the budget, tried again where that can help."""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from aos_common.egress import EgressRefused, HostUnknown

from aam.adapters.sources.salesforce.api.budget import Budget
from aam.adapters.sources.salesforce.api.errors import RETRIED, refusal, told, unreachable
from aam.adapters.sources.salesforce.api.session import Session
from aam.adapters.sources.salesforce.api.transport import SharedClient, Unreadable, body_of, received
from aam.domain.errors import SourceError

ATTEMPTS = 5
RENEWALS = 3
BASE_SECONDS, MAX_WAIT_SECONDS = 0.5, 30.0
MAX_JSON_BYTES = 128 << 20
T = TypeVar("T")
Refusal = Callable[[httpx.Response, str], SourceError]


class SalesforceApi:
    """One organisation; for several threads. `wait` sleeps between attempts."""

    def __init__(
        self,
        http: SharedClient,
        session: Session,
        budget: Budget,
        version: str,
        *,
        wait: Callable[[float], None] = time.sleep,
    ) -> None:
        self.http, self._session, self._budget, self._wait = http, session, budget, wait
        self.base = f"/services/data/{version}"
        self._lock = threading.Lock()
        self._now = (datetime.now(UTC), time.monotonic())

    def now(self) -> datetime:
        """The organisation's time, from its last answer."""
        with self._lock:
            told_at, heard = self._now
        return datetime.fromtimestamp(told_at.timestamp() + time.monotonic() - heard, UTC)

    def organisation(self) -> str:
        """The id of the organisation that the session is for; empty when Salesforce did not say."""
        return self._session.current().get("organisation", "")

    def get(self, path: str, what: str, params: dict[str, str] | None = None) -> Any:
        """A JSON answer; `path` is below the version, or absolute from `/services`."""
        return self.call("GET", path, what, take=take_json, params=params)

    def pause(self, seconds: float) -> None:
        """Wait, e.g. for a job."""
        self._wait(seconds)

    def call(
        self,
        method: str,
        path: str,
        what: str,
        *,
        take: Callable[[httpx.Response], T],
        params: dict[str, str] | None = None,
        body: Any = None,
        refused: Refusal = refusal,
        accept: str = "application/json",
    ) -> T:
        """`take` reads the body of a success, which may be broken off: then it all happens again.

        Raises `SourceError`s; those of passing trouble after `ATTEMPTS` tries.
        """
        renewals, attempt = 0, 0
        while True:
            session = self._session.current()
            self._budget.spend()
            delay = 0.0
            try:
                with self._sent(method, session, path, params, body, accept) as response:
                    self._note(response)
                    if response.is_success:
                        return take(response)
                    answer = received(response)
                if told(answer)[0] == "INVALID_SESSION_ID" and renewals < RENEWALS:
                    renewals += 1
                    self._session.renewed(session)
                    continue
                problem = _without(refused(answer, what), session["access_token"])
                if not _passes(answer):
                    raise problem
                delay = _retry_after(answer)
            except (EgressRefused, HostUnknown) as error:
                raise SourceError(error.message, hint=error.hint, reason=f"SOURCE_{error.reason}") from None
            except (httpx.TransportError, httpx.DecodingError, Unreadable) as error:
                problem = unreachable(what, f"{type(error).__name__}: {error}"[:200])
            attempt += 1
            if attempt >= ATTEMPTS:
                raise problem
            self._wait(delay or _backoff(attempt))

    @contextmanager
    def _sent(
        self, method: str, session: Any, path: str, params: dict[str, str] | None, body: Any, accept: str
    ) -> Iterator[httpx.Response]:
        url = f"{session['instance_url']}{self._path(path, session['instance_url'])}"
        headers = {"Authorization": f"Bearer {session['access_token']}", "Accept": accept}
        with (
            self.http.used() as client,
            client.stream(method, url, params=params, json=body, headers=headers) as response,
        ):
            yield response

    def _path(self, path: str, instance: str) -> str:
        """A path of this organisation; an absolute address of another one is refused."""
        if not path.startswith("/"):
            parts = urlsplit(path)
            if parts.scheme or parts.netloc:
                if f"{parts.scheme}://{parts.netloc}" != instance:
                    raise SourceError(
                        "Salesforce pointed to another address for the rest of an answer.",
                        hint="Check login_url.",
                        reason="SOURCE_ADDRESS_NOT_ALLOWED",
                    )
                return path.removeprefix(instance)
        return path if path.startswith("/services/") else f"{self.base}/{path.lstrip('/')}"

    def _note(self, response: httpx.Response) -> None:
        self._budget.note(response.headers.get("Sforce-Limit-Info", ""))
        try:
            moment = parsedate_to_datetime(response.headers.get("Date", ""))
        except ValueError:
            return
        with self._lock:
            self._now = (moment, time.monotonic())


def take_json(response: httpx.Response) -> Any:
    """The body of a JSON answer, of at most `MAX_JSON_BYTES`; raises `Unreadable`."""
    body = body_of(response, MAX_JSON_BYTES)
    try:
        return json.loads(body)
    except ValueError:
        raise Unreadable(f"the body is no JSON: {body[:60]!r}") from None


def _passes(response: httpx.Response) -> bool:
    return response.status_code >= 500 or response.status_code in RETRIED


def _retry_after(response: httpx.Response) -> float:
    told_seconds = response.headers.get("Retry-After", "")
    return min(float(told_seconds), MAX_WAIT_SECONDS) if told_seconds.isdigit() else 0.0


def _backoff(attempt: int) -> float:
    longest: float = min(MAX_WAIT_SECONDS, BASE_SECONDS * 2**attempt)
    return random.uniform(longest / 2, longest)  # noqa: S311  jitter


def _without(problem: SourceError, secret: str) -> SourceError:
    problem.internal = problem.internal.replace(secret, "***")
    return problem
