"""The flow monitor: what happens to records on their way, the newest and live."""

import json
import time
from collections.abc import Iterator
from typing import Any

from aos.errors import AosError
from aos.transport import Transport

__all__ = ["Flow"]

_WAIT_SECONDS = 1.0


class Flow:
    """Flow events of the tenant."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def newest(self, *, limit: int = 0, layer: str = "", status: str = "") -> Any:
        """Return the newest events, newest first, with counts by layer and status, and the position after them."""
        return self._transport.get("/api/v1/flow-monitor", limit=limit or None, layer=layer, status=status)

    def follow(self, position: str = "") -> Iterator[dict[str, Any]]:
        """Yield events as they come, without end; each has its `position`, which continues after it.

        A connection that breaks, or whose token expires, is made again where it stopped. Where events are no longer
        kept, one `{"type": "reset"}` comes instead of them.
        """
        while True:
            for kind, at, data in self._heard(position):
                position = at or position
                if kind == "flow":
                    yield data | {"position": position}
                elif kind == "reset":
                    position = ""
                    yield {"type": "reset", **data}
                    break
                elif kind == "end":
                    break
            time.sleep(_WAIT_SECONDS)

    def _heard(self, position: str) -> Iterator[tuple[str, str, dict[str, Any]]]:
        fields: dict[str, str] = {}
        headers = {"Last-Event-ID": position} if position else {}
        try:
            for line in self._transport.lines("/api/v1/events/stream", headers):
                name, _, value = line.partition(": ")
                if line:
                    fields[name] = value
                elif "event" in fields:
                    yield fields["event"], fields.get("id", ""), json.loads(fields["data"])
                    fields = {}
        except AosError as error:
            if error.reason != "UNREACHABLE":
                raise
