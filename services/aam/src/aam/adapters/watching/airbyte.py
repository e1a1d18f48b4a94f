"""Airbyte's public API, read only: connections, and the last sync job of each.

Paths and fields after Airbyte's API reference (reference.airbyte.com); self-managed deployments serve it below
`/api/public/v1`, Airbyte's own below `/v1` of api.airbyte.com.
"""

import asyncio
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import httpx
from aos_common.egress import Egress
from aos_common.errors import DomainError

from aam.domain.watching import WatchedSync, WatchFailed, interval_of

CLOUD = "api.airbyte.com"
PAGE, MAX_CONNECTIONS = 100, 1_000
MAX_BYTES = 8 << 20
AT_ONCE = 4
LOOK_SECONDS = 240.0
TEXT = 500


class Airbyte:
    """The `Deployments` port; it connects to checked addresses alone and follows no redirect."""

    def __init__(self, egress: Egress) -> None:
        self._egress = egress

    async def last_syncs(self, url: str, secret: Mapping[str, str]) -> list[WatchedSync]:
        """At most `MAX_CONNECTIONS` of them, within `LOOK_SECONDS`."""
        try:
            async with asyncio.timeout(LOOK_SECONDS), self._egress.http_client() as http:
                return await _Look(http, root_of(url), dict(secret)).syncs()
        except TimeoutError:
            raise _failed(f"{url} took longer than {LOOK_SECONDS:.0f} seconds.") from None
        except httpx.HTTPError as error:
            raise _failed(f"{url} does not answer ({type(error).__name__}).") from None
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _failed(f"{url} answers, but not as Airbyte's API does.") from None
        except DomainError as error:
            if isinstance(error, WatchFailed):
                raise
            raise WatchFailed(error.message, hint=error.hint) from None  # the address is refused or unknown


def root_of(url: str) -> str:
    """Where the API begins."""
    parts = urlsplit(url)
    path = "/v1" if parts.hostname == CLOUD else "/api/public/v1"
    return f"{parts.scheme}://{parts.netloc}{path}"


class _Look:
    """One look, with one token."""

    def __init__(self, http: httpx.AsyncClient, root: str, secret: dict[str, str]) -> None:
        self._http, self._root, self._secret = http, root, secret
        self._token = secret.get("bearer_token", "")
        self._signing, self._slots = asyncio.Lock(), asyncio.Semaphore(AT_ONCE)

    async def syncs(self) -> list[WatchedSync]:
        found: list[Any] = []
        while len(found) < MAX_CONNECTIONS:
            page = await self._get("connections", {"limit": PAGE, "offset": len(found)})
            found += _listed(page)
            if len(page["data"]) < PAGE or not page.get("next"):
                break
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._sync(one)) for one in found[:MAX_CONNECTIONS]]
        except ExceptionGroup as troubles:
            raise troubles.exceptions[0] from None  # the others were stopped by the first
        return [task.result() for task in tasks]

    async def _sync(self, connection: Mapping[str, Any]) -> WatchedSync:
        wanted = {
            "connectionId": connection["connectionId"],
            "limit": 1,
            "orderBy": "createdAt|DESC",
            "jobType": "sync",
        }
        async with self._slots:
            jobs = _listed(await self._get("jobs", wanted))
        job, schedule = jobs[0] if jobs else {}, connection.get("schedule") or {}
        return WatchedSync(
            external_id=_text(connection["connectionId"]),
            name=_text(connection.get("name") or connection["connectionId"]),
            status=_text(connection.get("status")),
            job_id=int(job.get("jobId") or 0),
            job_status=_text(job.get("status")),
            rows=_count(job.get("rowsSynced")),
            bytes=_count(job.get("bytesSynced")),
            started_at=_moment(job.get("startTime")),
            updated_at=_moment(job.get("lastUpdatedAt")),
            interval=interval_of(_text(schedule.get("basicTiming"))),
            manual=schedule.get("scheduleType") == "manual",
        )

    async def _get(self, path: str, params: dict[str, Any]) -> Any:
        stale = await self._signed("")
        answer = await self._asked("GET", path, stale, params=params)
        if answer.status_code == 401 and "client_id" in self._secret:  # tokens live for minutes
            answer = await self._asked("GET", path, await self._signed(stale), params=params)
        return _body(answer, path)

    async def _signed(self, stale: str) -> str:
        """A token other than the stale one, fetched once for all."""
        async with self._signing:
            if self._token == stale and "client_id" in self._secret:
                form = {**self._secret, "grant-type": "client_credentials"}
                self._token = str(
                    _body(await self._asked("POST", "applications/token", "", json=form), "sign-in")["access_token"]
                )
            return self._token

    async def _asked(self, method: str, path: str, token: str, **rest: Any) -> httpx.Response:
        headers = {"Accept": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        async with self._http.stream(method, f"{self._root}/{path}", headers=headers, **rest) as answer:
            body = bytearray()
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > MAX_BYTES:
                    raise _failed(f"The answer about {path} is longer than any of Airbyte's.")
            return httpx.Response(answer.status_code, content=bytes(body))


def _listed(page: Any) -> list[Any]:
    if not isinstance(page["data"], list):
        raise TypeError("no list")
    return page["data"]


def _body(answer: httpx.Response, what: str) -> Any:
    if answer.status_code in (401, 403):
        raise _failed(f"Airbyte does not accept the credential ({answer.status_code}, {what}).")
    if not answer.is_success:
        raise _failed(f"Airbyte answered {answer.status_code} to the request for {what}.")
    return json.loads(answer.content)


def _failed(message: str) -> WatchFailed:
    return WatchFailed(message, hint="Check address and credential of the watch; it is looked at again by itself.")


def _text(value: Any) -> str:
    return str(value or "")[:TEXT].replace("\x00", "\ufffd")


def _count(value: Any) -> int | None:
    return None if value is None else max(0, min(int(value), (1 << 63) - 1))


def _moment(value: Any) -> datetime | None:
    found = datetime.fromisoformat(str(value)) if value else None
    if found is not None and found.tzinfo is None:
        raise ValueError("a moment without its zone")
    return found
