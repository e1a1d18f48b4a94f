"""Sign-on through a tenant's own OpenID Connect provider, and the administration of providers."""

from datetime import UTC, datetime
from typing import Annotated, Any

from aos_common.errors import DomainError
from aos_common.http import CurrentCaller
from fastapi import APIRouter, Cookie, Query, Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from pydantic import BaseModel, Field

from identity.domain.credentials.sign_on import LIFETIME, IdentityProvider
from identity.entrypoints.api.accounts import AccountsApi
from identity.entrypoints.api.sign_on import NIL, SignOnApi
from identity.entrypoints.rest.browser.cookie import RefreshCookie
from identity.entrypoints.rest.browser.way_back import PRIVATE, arrived, turned_away
from identity.entrypoints.rest.models import TokensOut
from identity.entrypoints.rest.origin import CurrentOrigin
from identity.usecases.issue_tokens import Tokens

COOKIE = "aos_sign_on"
BELOW = "/api/v1/auth/oidc"
BY_PAGE = ".page"
"""Ends the cookie of a sign-on that a page of the platform began: how it goes on is the browser's own business."""
TO_A_PAGE: dict[int | str, dict[str, Any]] = {303: {"description": "To the page where a sign-on of a page ends."}}
Sent = Annotated[str, Query(max_length=4096)]
ByPage = Annotated[bool, Query(description="End at a page of the platform, with its cookie, instead of with tokens.")]


class ProviderBody(BaseModel):
    """A provider and what it may do."""

    name: str = Field(min_length=1, max_length=120, examples=["Example Ltd's directory"])
    issuer: str = Field(max_length=500, examples=["https://login.example.com"])
    client_id: str = Field(min_length=1, max_length=300)
    client_secret: str = Field("", max_length=300, description='"" keeps the known one, or makes a public client.')
    scopes: list[str] = Field(["openid", "email", "profile"], max_length=100)
    group_claim: str = Field("", max_length=300, description="Claim that holds the groups, e.g. groups.")
    role_map: dict[str, str] = Field(default_factory=dict, description="Group to role; it decides at each sign-on.")
    default_roles: list[str] = Field(default_factory=list, max_length=10, description="Of who is in no such group.")
    domains: list[str] = Field(
        default_factory=list, max_length=100, description="Only verified addresses of these; needed at public issuers."
    )

    def provider(self) -> IdentityProvider:
        """Return it without tenant, id and time."""
        return IdentityProvider(
            tenant_id=NIL,
            id=NIL,
            name=self.name,
            issuer=self.issuer,
            client_id=self.client_id,
            client_secret=self.client_secret,
            scopes=tuple(self.scopes),
            group_claim=self.group_claim,
            role_map=self.role_map,
            default_roles=tuple(self.default_roles),
            domains=tuple(self.domains),
            created_at=datetime.min.replace(tzinfo=UTC),
        )


class ProviderOut(BaseModel):
    """A provider, without its secret; `callback` is what it must know, `start` where browsers begin."""

    id: str
    name: str
    issuer: str
    client_id: str
    has_secret: bool
    scopes: list[str]
    group_claim: str
    role_map: dict[str, str]
    default_roles: list[str]
    domains: list[str]
    created_at: datetime
    callback: str
    start: str

    @classmethod
    def of(cls, provider: IdentityProvider, callback: str) -> "ProviderOut":
        """Show a provider."""
        return cls(
            id=str(provider.id),
            name=provider.name,
            issuer=provider.issuer,
            client_id=provider.client_id,
            has_secret=bool(provider.client_secret),
            scopes=list(provider.scopes),
            group_claim=provider.group_claim,
            role_map=dict(provider.role_map),
            default_roles=list(provider.default_roles),
            domains=list(provider.domains),
            created_at=provider.created_at,
            callback=callback,
            start=callback.removesuffix("/callback") + "/start",
        )


class ProvidersOut(BaseModel):
    """Every provider; 20 at most."""

    identity_providers: list[ProviderOut]


def sign_on_router(api: SignOnApi, accounts: AccountsApi) -> APIRouter:
    """Return the routes below /api/v1/auth/oidc."""
    routes = APIRouter(prefix="/oidc", tags=["account"])
    cookie = RefreshCookie(secure=api.public_url.startswith("https:"))

    def ended(answer: Response) -> Response:
        answer.delete_cookie(COOKIE, path=BELOW, secure=cookie.secure, httponly=True, samesite="lax")
        return answer

    @routes.get("/{provider_id}/start", status_code=303, response_class=RedirectResponse)
    async def start(provider_id: str, request: Request, browser: ByPage = False) -> RedirectResponse:
        """Send the browser to the provider."""
        try:
            url, secret = await api.start(provider_id)
        except DomainError as refusal:
            return await _refused(request, refusal, by_page=browser)
        answer = RedirectResponse(url, 303, headers=PRIVATE)
        seconds, kept = int(LIFETIME.total_seconds()), secret + BY_PAGE * browser
        answer.set_cookie(COOKIE, kept, seconds, path=BELOW, secure=cookie.secure, httponly=True, samesite="lax")
        return answer

    @routes.get("/{provider_id}/callback", response_model=TokensOut, responses=TO_A_PAGE)
    async def callback(
        provider_id: str,
        request: Request,
        origin: CurrentOrigin,
        state: Sent = "",
        code: Sent = "",
        iss: Sent = "",
        aos_sign_on: Annotated[str, Cookie(max_length=200)] = "",
    ) -> Any:
        """Come back from the provider, signed on."""
        secret = aos_sign_on.removesuffix(BY_PAGE)
        try:
            user = await api.finish(provider_id, state, code, iss, secret)
            tokens = await accounts.tokens(user, origin)
        except DomainError as refusal:
            return ended(await _refused(request, refusal, by_page=secret != aos_sign_on))
        return ended(_printed(tokens) if secret == aos_sign_on else arrived(tokens, cookie))

    return routes


def _printed(tokens: Tokens) -> Response:
    return JSONResponse(TokensOut.of(tokens).model_dump(), headers={"Cache-Control": "no-store"})


async def _refused(request: Request, refusal: DomainError, *, by_page: bool) -> RedirectResponse:
    if not by_page:
        raise refusal
    return await turned_away(request, refusal)


def provider_router(api: SignOnApi) -> APIRouter:
    """Return the routes below /api/v1/admin/identity-providers."""
    routes = APIRouter(prefix="/identity-providers", tags=["identity providers"])

    def shown(provider: IdentityProvider) -> ProviderOut:
        return ProviderOut.of(provider, api.callback(provider.id))

    @routes.get("")
    async def list_providers(caller: CurrentCaller) -> ProvidersOut:
        """List providers by name."""
        return ProvidersOut(identity_providers=[shown(one) for one in await api.list(caller)])

    @routes.post("", status_code=201)
    async def create(body: ProviderBody, caller: CurrentCaller) -> ProviderOut:
        """Add a provider; its issuer must answer."""
        return shown(await api.create(caller, body.provider()))

    @routes.get("/{provider_id}")
    async def get(provider_id: str, caller: CurrentCaller) -> ProviderOut:
        """Show a provider."""
        return shown(await api.get(caller, provider_id))

    @routes.put("/{provider_id}")
    async def change(provider_id: str, body: ProviderBody, caller: CurrentCaller) -> ProviderOut:
        """Change a provider."""
        return shown(await api.change(caller, provider_id, body.provider()))

    @routes.delete("/{provider_id}", status_code=204)
    async def remove(provider_id: str, caller: CurrentCaller) -> Response:
        """Remove a provider; its users stay and sign on no more."""
        await api.remove(caller, provider_id)
        return Response(status_code=204)

    return routes
