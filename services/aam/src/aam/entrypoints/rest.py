"""AAM over REST."""

from typing import Annotated

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Query, Response

from aam.entrypoints.api import AamApi
from aam.entrypoints.rest_models import (
    CheckOut,
    ConnectionBody,
    ConnectionOut,
    ConnectionPage,
    ConnectorOut,
    ExplanationOut,
    QuarantinedOut,
    QuarantinePage,
    ReconnectBody,
    RunOut,
    RunPage,
    StreamOut,
    SyncBody,
)

PageSize = Annotated[int, Query(ge=1, le=200)]
Token = Annotated[str, Query(max_length=2000)]
StageName = Annotated[str, Query(max_length=40)]


def connection_router(api: AamApi) -> APIRouter:
    """Return the routes of connectors and connections."""
    routes = APIRouter(tags=["connections"])

    @routes.get("/connectors")
    async def list_connectors(caller: CurrentCaller) -> list[ConnectorOut]:
        """List the kinds of sources, each with the schema of its settings."""
        return [ConnectorOut.of(connector) for connector in api.connectors.all()]

    @routes.post("/connections", status_code=201)
    async def create(body: ConnectionBody, caller: CurrentCaller) -> ConnectionOut:
        """Create a connection; its source is looked at in the background."""
        made = await api.create(caller, body.name, body.connector, body.settings, body.streams, body.request_id)
        return ConnectionOut.of(made, [])

    @routes.get("/connections")
    async def list_connections(
        caller: CurrentCaller, page_size: PageSize = 50, page_token: Token = "", stage: StageName = ""
    ) -> ConnectionPage:
        """List connections, newest first; with `stage` those behind one number of the funnel."""
        found, token = await api.list_connections(caller, page_size, page_token, stage)
        return ConnectionPage(connections=[ConnectionOut.of(one, []) for one in found], next_page_token=token)

    @routes.get("/connections/{connection_id}")
    async def get(connection_id: str, caller: CurrentCaller) -> ConnectionOut:
        """Return one connection with its streams."""
        return ConnectionOut.of(*await api.connection(caller, connection_id))

    @routes.delete("/connections/{connection_id}", status_code=204)
    async def delete(connection_id: str, caller: CurrentCaller) -> Response:
        """Delete a connection, its landing files and its quarantine."""
        await api.delete(caller, connection_id)
        return Response(status_code=204)

    @routes.post("/connections/{connection_id}/check")
    async def check(connection_id: str, caller: CurrentCaller) -> CheckOut:
        """Check whether the source answers now."""
        return CheckOut(notes=await api.check(caller, connection_id))

    @routes.post("/connections/{connection_id}/discover", status_code=202)
    async def discover(connection_id: str, caller: CurrentCaller) -> ConnectionOut:
        """Look at the source again and accept the present shape of its streams."""
        return ConnectionOut.of(await api.discover(caller, connection_id), [])

    @routes.post("/connections/{connection_id}/reconnect", status_code=202)
    async def reconnect(connection_id: str, body: ReconnectBody, caller: CurrentCaller) -> ConnectionOut:
        """Replace a connection's settings and credentials; its streams, mappings and cursors stay."""
        return ConnectionOut.of(await api.reconnect(caller, connection_id, body.settings), [])

    @routes.get("/connections/{connection_id}/streams")
    async def list_streams(connection_id: str, caller: CurrentCaller) -> list[StreamOut]:
        """List the streams of a connection."""
        _, streams = await api.connection(caller, connection_id)
        return [StreamOut.of(stream) for stream in streams]

    @routes.get("/connections/{connection_id}/explain")
    async def explain(connection_id: str, caller: CurrentCaller) -> ExplanationOut:
        """Tell the whole story of a connection and its last run."""
        return ExplanationOut.of(await api.explain(caller, connection_id))

    return routes


def run_router(api: AamApi) -> APIRouter:
    """Return the routes of runs and quarantine."""
    routes = APIRouter(tags=["runs"])

    @routes.post("/connections/{connection_id}/sync", status_code=202)
    async def sync(connection_id: str, caller: CurrentCaller, body: SyncBody | None = None) -> RunOut:
        """Start a sync of what is new, of everything, or of a range; or return the one that is active."""
        asked = body or SyncBody()
        return RunOut.of(await api.sync(caller, connection_id, asked.request_id, asked.streams, asked.plan()))

    @routes.get("/runs")
    async def list_runs(
        caller: CurrentCaller, connection_id: str = "", page_size: PageSize = 50, page_token: Token = ""
    ) -> RunPage:
        """List runs, newest first."""
        found, token = await api.list_runs(caller, connection_id, page_size, page_token)
        return RunPage(runs=[RunOut.of(run) for run in found], next_page_token=token)

    @routes.get("/runs/{run_id}")
    async def get_run(run_id: str, caller: CurrentCaller) -> RunOut:
        """Return one run with its streams."""
        return RunOut.of(await api.run(caller, run_id))

    @routes.post("/runs/{run_id}/cancel")
    async def cancel(run_id: str, caller: CurrentCaller) -> RunOut:
        """Cancel a run; what it has published stays."""
        return RunOut.of(await api.cancel(caller, run_id))

    @routes.get("/quarantine")
    async def list_quarantine(
        caller: CurrentCaller,
        connection_id: str = "",
        stream: Annotated[str, Query(max_length=1000)] = "",
        page_size: PageSize = 50,
        page_token: Token = "",
    ) -> QuarantinePage:
        """List rows that did not fit, with file, row, column, value and reason."""
        rows, token, total = await api.list_quarantine(caller, connection_id, stream, page_size, page_token)
        return QuarantinePage(rows=[QuarantinedOut.of(row) for row in rows], next_page_token=token, total=total)

    return routes
