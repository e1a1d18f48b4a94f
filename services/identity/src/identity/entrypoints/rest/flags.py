"""Feature flags over REST, below /api/v1/admin."""

from datetime import datetime

from aos_common.http import CurrentCaller
from fastapi import APIRouter
from pydantic import BaseModel, Field

from identity.domain.flag import Flag
from identity.entrypoints.api.administration import FlagsApi


class FlagOut(BaseModel):
    """A feature flag as the tenant sees it."""

    name: str
    description: str
    enabled: bool
    default: bool
    changed_by: str = Field(description="Subject of who chose; empty for the default.")
    changed_at: datetime | None

    @classmethod
    def of(cls, flag: Flag) -> "FlagOut":
        """Read a flag."""
        choice = flag.choice
        chosen = choice is not None and choice.changed_by != ""
        return cls(
            name=flag.definition.name,
            description=flag.definition.description,
            enabled=flag.enabled,
            default=flag.definition.default,
            changed_by=choice.changed_by if choice else "",
            changed_at=choice.changed_at if choice and chosen else None,
        )


class FlagsOut(BaseModel):
    """Every flag."""

    flags: list[FlagOut]


class FlagBody(BaseModel):
    """The value to set."""

    enabled: bool


def router(api: FlagsApi) -> APIRouter:
    """Return the routes."""
    routes = APIRouter(tags=["feature flags"])

    @routes.get("/feature-flags")
    async def list_flags(caller: CurrentCaller) -> FlagsOut:
        """List the tenant's feature flags."""
        listed, _ = await api.list(caller)
        return FlagsOut(flags=[FlagOut.of(flag) for flag in listed])

    @routes.put("/feature-flags/{name}")
    async def set_flag(name: str, body: FlagBody, caller: CurrentCaller) -> FlagOut:
        """Switch a flag; every process knows within two seconds."""
        return FlagOut.of(await api.set(caller, name, body.enabled))

    @routes.delete("/feature-flags/{name}")
    async def reset_flag(name: str, caller: CurrentCaller) -> FlagOut:
        """Go back to the flag's default."""
        return FlagOut.of(await api.set(caller, name, None))

    return routes
