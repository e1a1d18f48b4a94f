"""Bringing sources into use: Safe Mode, the funnel, and watched deployments of others.

Answers are the REST API's JSON.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from aos.transport import Transport

__all__ = ["Onboarding"]

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
