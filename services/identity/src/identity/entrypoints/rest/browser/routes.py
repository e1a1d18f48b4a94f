"""Registering, signing in and out from a web page: as the routes without `browser`, with the refresh token as a cookie.

Two of a browser's tabs that refresh at once hold the same token: `identity.domain.session` says what becomes of it.
"""

from contextlib import suppress
from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from identity.domain.errors import SessionEnded
from identity.entrypoints.api.accounts import AccountsApi
from identity.entrypoints.api.users import UsersApi
from identity.entrypoints.rest.browser.cookie import Held, RefreshCookie, answer_to
from identity.entrypoints.rest.browser.own_page import own_page
from identity.entrypoints.rest.models import (
    AcceptBody,
    AccessOut,
    RegisterBody,
    SignedUpOut,
    SignInBody,
    UserOut,
)
from identity.entrypoints.rest.origin import CurrentOrigin
from identity.usecases.issue_tokens import Tokens


def browser_router(accounts: AccountsApi, users: UsersApi, public_url: str) -> APIRouter:
    """Return the routes below /api/v1/auth/browser."""
    routes = APIRouter(prefix="/browser", tags=["browser"], dependencies=[Depends(own_page(public_url))])
    cookie = RefreshCookie(secure=public_url.startswith("https:"))

    def access(answer: Response, tokens: Tokens) -> AccessOut:
        cookie.give(answer, tokens.refresh_token)
        return AccessOut.of(tokens)

    @routes.post("/register", status_code=201)
    async def register(body: RegisterBody, origin: CurrentOrigin, answer: Response) -> SignedUpOut:
        """Create a tenant and its first user, signed in."""
        user, tokens = await accounts.register(body.tenant_name, body.email, body.password, origin)
        return SignedUpOut(user=UserOut.of(user), **access(answer, tokens).model_dump())

    @routes.post("/login")
    async def login(body: SignInBody, origin: CurrentOrigin, answer: Response) -> AccessOut:
        """Sign in with an e-mail address and a password, and a code if the account wants one."""
        return access(answer, await accounts.sign_in(body.email, body.password, body.totp, origin))

    @routes.post("/refresh", response_model=AccessOut)
    async def refresh(request: Request, origin: CurrentOrigin, answer: Response, token: Held = "") -> Any:
        """Exchange the cookie for a new one and an access token; a cookie that is none, or no more, is deleted."""
        try:
            return access(answer, await accounts.refresh(token, origin))
        except SessionEnded as ended:
            return cookie.take(await answer_to(request, ended))

    @routes.post("/logout", status_code=204)
    async def logout(token: Held = "") -> Response:
        """End the session of this browser and delete its cookie; without one there is nothing to do."""
        with suppress(SessionEnded):
            await accounts.sign_out(token)
        return cookie.take(Response(status_code=204))

    @routes.post("/invitations/accept", status_code=201)
    async def accept(body: AcceptBody, origin: CurrentOrigin, answer: Response) -> SignedUpOut:
        """Become a user of the tenant that invited, signed in."""
        user = await users.accept(body.ticket, body.password)
        tokens = await accounts.tokens(user, origin)
        return SignedUpOut(user=UserOut.of(user), **access(answer, tokens).model_dump())

    return routes
