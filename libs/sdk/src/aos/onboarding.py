"""Bringing sources into use: Safe Mode, the funnel, and watched deployments of others.

Answers are the REST API's JSON.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from aos.transport import Transport

__all__ = ["Onboarding", "Statistics", "Watches"]

MESH = "/api/v1/aam"


class Onboarding:
    """Catalogue entries, previews and promotions."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def enter(
        self,
        name: str,
        connector: str,
        settings: dict[str, Any] | None = None,
        *,
        streams: Sequence[str] = (),
        safe_mode: bool = True,
    ) -> Any:
        """Take a source that somebody wants connected; it may lack credentials, or be of no installed kind."""
        body = {"name": name, "connector": connector, "settings": settings or {}, "streams": list(streams)}
        return self._transport.post(f"{MESH}/connections/onboard", {**body, "safe_mode": safe_mode})

    def enter_all(self, entries: Sequence[dict[str, Any]]) -> Any:
        """Take up to 100 entries; return the result of each, in their order."""
        return self._transport.post(f"{MESH}/connections/onboard/batch", {"entries": list(entries)})["results"]

    def preview(self, connection_id: str, stream: str = "") -> Iterator[Any]:
        """Yield each stream's sampled rows in canonical form, its misfits, and its mapped fields."""
        path = f"{MESH}/connections/{connection_id}/preview"
        return self._transport.pages(path, "streams", stream=stream, page_size=20)

    def promote(self, connection_id: str) -> Any:
        """End Safe Mode: the source is looked at once more, proposals are decided, and syncs may run."""
        return self._transport.post(f"{MESH}/connections/{connection_id}/promote")

    def funnel(self) -> Any:
        """Return how many connections are in each stage."""
        return self._transport.get(f"{MESH}/funnel")

    def in_stage(self, stage: str) -> Iterator[Any]:
        """Yield the connections behind one number of the funnel."""
        return self._transport.pages(f"{MESH}/connections", "connections", stage=stage)


class Statistics:
    """How streams fare over time."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, connection_id: str) -> Any:
        """Return rows, bytes, seconds, lag, freshness and failures of every stream."""
        return self._transport.get(f"{MESH}/connections/{connection_id}/statistics")

    def set_freshness(self, connection_id: str, within_minutes: int | None) -> Any:
        """Say how old the last success may be; None: twice the schedule's interval."""
        path = f"{MESH}/connections/{connection_id}/freshness"
        return self._transport.put(path, {"within_minutes": within_minutes})


class Watches:
    """Airbyte deployments that are watched."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def create(self, name: str, url: str, credential: dict[str, str], **bounds: int) -> Any:
        """Watch a deployment, with `bearer_token`, or `client_id` and `client_secret` of an application.

        `bounds` are `every_seconds` and `stale_after_minutes`.
        """
        return self._transport.post(f"{MESH}/watches", {"name": name, "url": url, **credential, **bounds})

    def list(self) -> Any:
        """Return every watch, newest first."""
        return self._transport.get(f"{MESH}/watches")["watches"]

    def get(self, watch_id: str) -> Any:
        """Return a watch with the last sync of each connection, those with a warning first."""
        return self._transport.get(f"{MESH}/watches/{watch_id}")

    def delete(self, watch_id: str) -> None:
        """End a watch."""
        self._transport.delete(f"{MESH}/watches/{watch_id}")
