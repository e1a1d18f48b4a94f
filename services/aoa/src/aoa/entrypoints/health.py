"""How the platform is, in one answer: GET /api/v1/health."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter
from pydantic import BaseModel, Field

from aoa.domain.health import overall
from aoa.ports import FlowFeed, Neighbours


class HealthOut(BaseModel):
    """What each service says of itself."""

    status: str = Field(description="ok, or degraded when a service is not ready.")
    services: dict[str, str] = Field(description="service → ready, not ready (a store does not answer) or away.")
    flow_stale_seconds: float = Field(description="How long ago live events were read last.")


def router(neighbours: Neighbours, feed: FlowFeed) -> APIRouter:
    """Return the route."""
    routes = APIRouter(tags=["health"])

    @routes.get("/health")
    async def health(caller: CurrentCaller) -> HealthOut:
        """Ask every service whether it can serve, now."""
        states = await neighbours.states()
        stale = round(feed.stale_seconds(), 3)
        return HealthOut(status=overall(states), services=states, flow_stale_seconds=stale)

    return routes
