"""The parts of the client, one for each kind of thing the platform keeps.

Answers are the REST API's JSON; its OpenAPI documents (`/api/v1/<layer>/docs`) describe every field.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from aos.transport import Transport

__all__ = ["Connections", "Discovery", "Proposals", "Runs", "Views"]

Filter = tuple[str, str, str | Sequence[str]]
"""(column, operator, value or values), e.g. ("stage", "eq", "won"); "Tags.team" is a key inside a json column."""


class Discovery:
    """Scans, and the findings they make."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def scan(self, location: str, name: str = "") -> Any:
        """Start a scan of a folder or a postgresql:// URL."""
        return self._transport.post("/api/v1/aod/scans", {"location": location, "name": name})

    def get_scan(self, scan_id: str) -> Any:
        """Return a scan with its progress."""
        return self._transport.get(f"/api/v1/aod/scans/{scan_id}")

    def findings(self, state: str = "") -> Iterator[Any]:
        """Yield findings, highest score first."""
        return self._transport.pages("/api/v1/aod/findings", "findings", state=state)

    def finding(self, finding_id: str) -> Any:
        """Return a finding with the profiles of its data sets."""
        return self._transport.get(f"/api/v1/aod/findings/{finding_id}")

    def approve(self, finding_id: str, data_sets: Sequence[str] = ()) -> Any:
        """Approve a finding: it becomes a connection."""
        return self._transport.post(f"/api/v1/aod/findings/{finding_id}/approve", {"data_sets": list(data_sets)})

    def reject(self, finding_id: str, note: str = "") -> Any:
        """Reject a finding."""
        return self._transport.post(f"/api/v1/aod/findings/{finding_id}/reject", {"note": note})


class Connections:
    """Connections, their runs, and the rows that did not fit."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def connectors(self) -> Any:
        """Return the connectors this platform has."""
        return self._transport.get("/api/v1/aam/connectors")

    def create(self, name: str, connector: str, settings: dict[str, Any], streams: Sequence[str] = ()) -> Any:
        """Create a connection."""
        body = {"name": name, "connector": connector, "settings": settings, "streams": list(streams)}
        return self._transport.post("/api/v1/aam/connections", body)

    def list(self) -> Iterator[Any]:
        """Yield connections, newest first."""
        return self._transport.pages("/api/v1/aam/connections", "connections")

    def get(self, connection_id: str) -> Any:
        """Return a connection with its streams."""
        return self._transport.get(f"/api/v1/aam/connections/{connection_id}")

    def reconnect(self, connection_id: str, settings: dict[str, Any]) -> Any:
        """Replace a connection's settings and credentials; its streams, mappings and cursors stay."""
        return self._transport.post(f"/api/v1/aam/connections/{connection_id}/reconnect", {"settings": settings})

    def discover(self, connection_id: str) -> Any:
        """Look at a connection's source again, and accept the present shape of its streams."""
        return self._transport.post(f"/api/v1/aam/connections/{connection_id}/discover")

    def delete(self, connection_id: str) -> None:
        """Delete a connection, its landing files and its quarantine."""
        self._transport.delete(f"/api/v1/aam/connections/{connection_id}")

    def sync(
        self,
        connection_id: str,
        streams: Sequence[str] = (),
        *,
        full_refresh: bool = False,
        backfill: tuple[str, str] | None = None,
        replay: bool = False,
    ) -> Any:
        """Start a sync, or return the active one.

        Of all streams or some; of what is new, with `full_refresh` of everything, with `backfill` of what lies between
        two values of the cursor column (ISO 8601 with a time zone, or numbers), the second one excluded; with `replay`
        of what has landed, under the mapping in force, without asking the source.
        """
        body: dict[str, Any] = {"streams": list(streams), "full_refresh": full_refresh}
        if replay:
            body["replay"] = True
        if backfill:
            body["backfill"] = {"from": backfill[0], "until": backfill[1]}
        return self._transport.post(f"/api/v1/aam/connections/{connection_id}/sync", body)

    def sync_run(self, run_id: str) -> Any:
        """Return a sync run with its streams."""
        return self._transport.get(f"/api/v1/aam/runs/{run_id}")

    def sync_runs(self, connection_id: str = "") -> Iterator[Any]:
        """Yield sync runs, newest first."""
        return self._transport.pages("/api/v1/aam/runs", "runs", connection_id=connection_id)

    def quarantine(self, connection_id: str = "", stream: str = "") -> Iterator[Any]:
        """Yield quarantined rows."""
        return self._transport.pages("/api/v1/aam/quarantine", "rows", connection_id=connection_id, stream=stream)

    def quarantine_total(self, connection_id: str = "", stream: str = "") -> int:
        """Return how many rows are in quarantine."""
        page = self._transport.get("/api/v1/aam/quarantine", connection_id=connection_id, stream=stream, page_size=1)
        return int(page["total"])


class Proposals:
    """Mapping proposals."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self, state: str = "", connection_id: str = "") -> Iterator[Any]:
        """Yield proposals, newest first."""
        path = "/api/v1/dcl/proposals"
        return self._transport.pages(path, "proposals", state=state, connection_id=connection_id)

    def get(self, proposal_id: str) -> Any:
        """Return a proposal."""
        return self._transport.get(f"/api/v1/dcl/proposals/{proposal_id}")

    def approve(self, proposal_id: str, without: Sequence[str] = ()) -> Any:
        """Approve a proposal, without some of its attributes."""
        body = {"without_attributes": list(without)}
        return self._transport.post(f"/api/v1/dcl/proposals/{proposal_id}/approve", body)

    def reject(self, proposal_id: str) -> Any:
        """Reject a proposal."""
        return self._transport.post(f"/api/v1/dcl/proposals/{proposal_id}/reject")


class Views:
    """Unified views."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def list(self) -> Any:
        """Return every view with its rows and columns."""
        return self._transport.get("/api/v1/dcl/views")

    def query(
        self,
        view: str,
        *,
        columns: Sequence[str] = (),
        filters: Sequence[Filter] = (),
        order_by: Sequence[str] = (),
        page_size: int = 500,
        snapshot: int = 0,
    ) -> Iterator[dict[str, Any]]:
        """Yield a view's rows, all pages of one snapshot. A sort key with a leading "-" sorts down.

        `snapshot`: as the view was then; 0 means now.
        """
        body: dict[str, Any] = {
            "columns": list(columns),
            "filters": [_filter(item) for item in filters],
            "order_by": [{"column": key.removeprefix("-"), "descending": key.startswith("-")} for key in order_by],
            "page_size": page_size,
            "snapshot": snapshot,
        }
        token = ""
        while True:
            page = self._transport.post(f"/api/v1/dcl/views/{view}/query", {**body, "page_token": token})
            yield from page["rows"]
            token = page["next_page_token"]
            if not token:
                return

    def aggregate(
        self,
        view: str,
        measures: dict[str, str],
        *,
        group_by: Sequence[str] = (),
        filters: Sequence[Filter] = (),
        order_by: Sequence[str] = (),
        limit: int = 100,
    ) -> Any:
        """Return figures by group; `measures` maps a name to "count" or "sum:column"."""
        body = {
            "group_by": [{"column": column} for column in group_by],
            "measures": [
                {"name": name, "op": said.partition(":")[0], "column": said.partition(":")[2]}
                for name, said in measures.items()
            ],
            "filters": [_filter(item) for item in filters],
            "order_by": [{"column": key.removeprefix("-"), "descending": key.startswith("-")} for key in order_by],
            "limit": limit,
        }
        return self._transport.post(f"/api/v1/dcl/views/{view}/aggregate", body)["rows"]

    def hash(self, view: str) -> Any:
        """Return the hash of a view's content."""
        return self._transport.get(f"/api/v1/dcl/views/{view}/hash")


class Runs:
    """Pipeline runs, and what the agents found."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def start(self, connection_ids: Sequence[str] = ()) -> Any:
        """Start the pipeline over some connections, or over every active one."""
        return self._transport.post("/api/v1/aoa/runs", {"connection_ids": list(connection_ids)})

    def get(self, run_id: str) -> Any:
        """Return a run with its steps."""
        return self._transport.get(f"/api/v1/aoa/runs/{run_id}")

    def list(self) -> Iterator[Any]:
        """Yield runs, newest first."""
        return self._transport.pages("/api/v1/aoa/runs", "runs")

    def cancel(self, run_id: str) -> Any:
        """Cancel an active run."""
        return self._transport.post(f"/api/v1/aoa/runs/{run_id}/cancel")

    def agents(self) -> Any:
        """Return the agents and what they consume."""
        return self._transport.get("/api/v1/aoa/agents")["agents"]

    def findings(self, run_id: str = "", agent: str = "") -> Any:
        """Return the findings of a run, or of the newest that ended well."""
        return self._transport.get("/api/v1/aoa/findings", run_id=run_id, agent=agent)["findings"]


def _filter(item: Filter) -> dict[str, Any]:
    name, op, value = item
    column, _, key = name.partition(".")
    values = [value] if isinstance(value, str) else list(value)
    return {
        "column": column,
        "op": op,
        "values": values if op not in ("is_null", "not_null") else [],
        **({"json_key": key} if key else {}),
    }
