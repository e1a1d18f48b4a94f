"""Registering, signing in and out; and what services alone reach."""

from collections.abc import Callable, Mapping
from urllib.parse import parse_qs
from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.http import CurrentCaller
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import JSONResponse

from identity.entrypoints.api.accounts import AccountsApi
from identity.entrypoints.rest.models import (
    RefreshBody,
    RegisterBody,
    RegisteredOut,
    SignInBody,
    TokensOut,
    UserOut,
)
from identity.entrypoints.rest.origin import CurrentOrigin
from identity.usecases.issue_service_token import SERVICE_LIFETIME

MAX_FORM = 4096


def account_router(api: AccountsApi) -> APIRouter:
    """Return the routes below /api/v1/auth."""
    routes = APIRouter(tags=["account"])

    @routes.post("/register", status_code=201)
    async def register(body: RegisterBody, origin: CurrentOrigin) -> RegisteredOut:
        """Create a tenant and its first user, signed in."""
        user, tokens = await api.register(body.tenant_name, body.email, body.password, origin)
        return RegisteredOut(user=UserOut.of(user), **TokensOut.of(tokens).model_dump())

    @routes.post("/login")
    async def login(body: SignInBody, origin: CurrentOrigin) -> TokensOut:
        """Exchange an e-mail address and a password, and a code if the account wants one, for tokens."""
        return TokensOut.of(await api.sign_in(body.email, body.password, body.totp, origin))

    @routes.post("/refresh")
    async def refresh(body: RefreshBody, origin: CurrentOrigin) -> TokensOut:
        """Exchange a refresh token for new tokens; the old one stops working."""
        return TokensOut.of(await api.refresh(body.refresh_token, origin))

    @routes.post("/logout", status_code=204)
    async def logout(body: RefreshBody, caller: CurrentCaller) -> Response:
        """End the session of a refresh token."""
        await api.sign_out(body.refresh_token)
        return Response(status_code=204)

    @routes.get("/me")
    async def me(caller: CurrentCaller) -> UserOut:
        """Tell who the caller is."""
        return UserOut.of_caller(*await api.me(caller))

    return routes


def add_well_known(app: FastAPI, api: AccountsApi, jwks: Callable[[], Mapping[str, object]]) -> None:
    """Add the key set, and the token endpoint that only services reach (the gateway does not route it)."""

    async def key_set() -> JSONResponse:
        return JSONResponse(dict(jwks()), headers={"Cache-Control": "max-age=60"})

    async def token(request: Request) -> dict[str, object]:
        client_id, secret, tenant_id = _client_credentials(await request.body())
        access = await api.service_token(client_id, secret, tenant_id)
        return {"access_token": access, "token_type": "Bearer", "expires_in": SERVICE_LIFETIME}

    app.add_api_route("/.well-known/jwks.json", key_set, include_in_schema=False)
    app.add_api_route("/oauth2/token", token, methods=["POST"], include_in_schema=False)


def _client_credentials(body: bytes) -> tuple[str, str, UUID]:
    form = parse_qs(body[:MAX_FORM].decode("ascii", "replace"))
    try:
        if form["grant_type"] != ["client_credentials"]:
            raise InvalidRequest("Only the grant type client_credentials is supported.")
        return form["client_id"][0], form["client_secret"][0], UUID(form["tenant_id"][0])
    except (KeyError, ValueError):
        raise InvalidRequest("The form needs grant_type, client_id, client_secret and tenant_id (a UUID).") from None
