"""Where a sign-on with a tenant's provider ends that a page of the platform began: at a page, not at printed tokens."""

from urllib.parse import urlencode

from aos_common.errors import DomainError
from fastapi import Request
from fastapi.responses import RedirectResponse

from identity.entrypoints.rest.browser.cookie import RefreshCookie, answer_to
from identity.usecases.issue_tokens import Tokens

HOME = "/"
SIGN_IN = "/sign-in"
PRIVATE = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}


def arrived(tokens: Tokens, cookie: RefreshCookie) -> RedirectResponse:
    """Lead the browser home, with the session's cookie; the page fetches its access token with it.

    The cookie is `SameSite=Strict` and set on a way that begins at another site: browsers keep it, since it is the
    whole page that moves, and send it with what the page at the end of the way asks for.
    """
    answer = RedirectResponse(HOME, 303, headers=PRIVATE)
    cookie.give(answer, tokens.refresh_token)
    return answer


async def turned_away(request: Request, error: DomainError) -> RedirectResponse:
    """Lead the browser to the sign-in page, which is told the reason's name alone: a link can hold any text."""
    await answer_to(request, error)
    return RedirectResponse(f"{SIGN_IN}?{urlencode({'refused': error.reason})}", 303, headers=PRIVATE)
