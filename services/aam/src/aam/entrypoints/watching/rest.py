"""Watching over REST."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Response

from aam.entrypoints.watching.api import WatchingApi
from aam.entrypoints.watching.models import WatchBody, WatchesOut, WatchOut


def watching_router(api: WatchingApi) -> APIRouter:
    """Return the routes of watching."""
    routes = APIRouter(tags=["watches"])

    @routes.post("/watches", status_code=201)
    async def create(body: WatchBody, caller: CurrentCaller) -> WatchOut:
        """Watch an Airbyte deployment: its connections' last syncs are asked for in the background, never changed."""
        made = await api.create(
            caller, body.name, body.url, body.secret(), body.every_seconds, body.stale_after_minutes
        )
        return WatchOut.of(made, [])

    @routes.get("/watches")
    async def list_watches(caller: CurrentCaller) -> WatchesOut:
        """List the watches, newest first."""
        return WatchesOut(watches=[WatchOut.of(one, []) for one in await api.all(caller)])

    @routes.get("/watches/{watch_id}")
    async def get(watch_id: str, caller: CurrentCaller) -> WatchOut:
        """Return one watch with the last sync of each connection, those with a warning first."""
        return WatchOut.of(*await api.get(caller, watch_id))

    @routes.delete("/watches/{watch_id}", status_code=204)
    async def delete(watch_id: str, caller: CurrentCaller) -> Response:
        """End a watch."""
        await api.delete(caller, watch_id)
        return Response(status_code=204)

    return routes
