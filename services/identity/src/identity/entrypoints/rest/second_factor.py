"""The second factor."""

from aos_common.http import CurrentCaller
from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from identity.entrypoints.api.second_factor import SecondFactorApi
from identity.entrypoints.rest.origin import CurrentOrigin

CODE = Field(min_length=1, max_length=40, description="Six digits of the app, or a recovery code.")


class TotpState(BaseModel):
    """Whether a second factor is on."""

    enabled: bool
    recovery_codes_left: int


class BeginBody(BaseModel):
    """Proof that it is the user, and not an open session alone."""

    password: str = Field(max_length=1024)


class SecretOut(BaseModel):
    """What the user's app needs: this once."""

    secret: str
    uri: str


class ConfirmBody(BaseModel):
    """The first code of the app."""

    code: str = CODE


class RecoveryOut(BaseModel):
    """The recovery codes, each good for one sign-in: this once."""

    recovery_codes: list[str]


class DisableBody(BaseModel):
    """Password and code."""

    password: str = Field(max_length=1024)
    code: str = CODE


def second_factor_router(api: SecondFactorApi) -> APIRouter:
    """Return the routes below /api/v1/auth."""
    routes = APIRouter(tags=["account"])

    @routes.get("/totp")
    async def state(caller: CurrentCaller) -> TotpState:
        """Tell whether one's second factor is on."""
        enabled, left = await api.state(caller)
        return TotpState(enabled=enabled, recovery_codes_left=left)

    @routes.post("/totp", status_code=201)
    async def begin(body: BeginBody, caller: CurrentCaller, origin: CurrentOrigin) -> SecretOut:
        """Begin: get a secret for an authenticator app; sign-in asks for codes once the first is confirmed."""
        secret, uri = await api.begin(caller, body.password, origin)
        return SecretOut(secret=secret, uri=uri)

    @routes.post("/totp/confirm")
    async def confirm(body: ConfirmBody, caller: CurrentCaller) -> RecoveryOut:
        """Turn it on with the first code, and get the recovery codes."""
        return RecoveryOut(recovery_codes=await api.confirm(caller, body.code))

    @routes.post("/totp/disable", status_code=204)
    async def disable(body: DisableBody, caller: CurrentCaller, origin: CurrentOrigin) -> Response:
        """Turn it off, with password and code."""
        await api.disable(caller, body.password, body.code, origin)
        return Response(status_code=204)

    @routes.delete("/users/{user_id}/totp", status_code=204)
    async def clear(user_id: str, caller: CurrentCaller) -> Response:
        """Turn off the second factor of a user who lost it."""
        await api.clear(caller, user_id)
        return Response(status_code=204)

    return routes
