"""When connections run, how fast, and whether at all.

Answers are the REST API's JSON.
"""

from typing import Any

from aos.transport import Transport

__all__ = ["Steering"]


class Steering:
    """Pauses, schedules and limits of connections."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def get(self, connection_id: str) -> Any:
        """Tell whether a connection is paused, by whom, when it runs next, and what its runs may take."""
        return self._transport.get(_path(connection_id, "steering"))

    def pause(self, connection_id: str) -> Any:
        """Pause a connection: no run starts, and the active one stops at its next batch."""
        return self._transport.post(_path(connection_id, "pause"))

    def resume(self, connection_id: str) -> Any:
        """Resume a connection; a run that was stopped goes on from its checkpoints."""
        return self._transport.post(_path(connection_id, "resume"))

    def schedule(self, connection_id: str, *, every_minutes: int = 0, cron: str = "", timezone: str = "UTC") -> Any:
        """Run a connection every so many minutes or by a cron text; without either, only when asked."""
        body = {"every_minutes": every_minutes, "cron": cron, "timezone": timezone}
        return self._transport.put(_path(connection_id, "schedule"), body)

    def limits(self, connection_id: str, *, streams_at_once: int = 0, rows_per_second: int = 0) -> Any:
        """Limit what runs read: streams at the same time, and rows a second of all together; 0 means no limit."""
        body = {"streams_at_once": streams_at_once, "rows_per_second": rows_per_second}
        return self._transport.put(_path(connection_id, "limits"), body)


def _path(connection_id: str, what: str) -> str:
    return f"/api/v1/aam/connections/{connection_id}/{what}"
