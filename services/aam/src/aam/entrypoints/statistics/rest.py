"""Statistics over REST."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter

from aam.entrypoints.statistics.api import StatisticsApi
from aam.entrypoints.statistics.models import FreshnessBody, StatisticsOut


def statistics_router(api: StatisticsApi) -> APIRouter:
    """Return the routes of statistics."""
    routes = APIRouter(tags=["statistics"])

    @routes.get("/connections/{connection_id}/statistics")
    async def measure(connection_id: str, caller: CurrentCaller) -> StatisticsOut:
        """Tell rows, bytes, seconds, lag, freshness and failures of every stream."""
        return StatisticsOut.of(await api.measure(caller, connection_id))

    @routes.put("/connections/{connection_id}/freshness")
    async def set_freshness(connection_id: str, body: FreshnessBody, caller: CurrentCaller) -> StatisticsOut:
        """Say how old the last success may be before there is a warning."""
        return StatisticsOut.of(await api.set_freshness(caller, connection_id, body.within_minutes))

    return routes
