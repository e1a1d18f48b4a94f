"""The refresh token as a cookie: scripts cannot read it, and it is sent to the routes of this folder alone."""

from dataclasses import dataclass
from typing import Annotated

from aos_common.errors import DomainError
from fastapi import Cookie, Request, Response

from identity.domain.session import REFRESH_LIFETIME

NAME = "aos_refresh"
BELOW = "/api/v1/auth/browser"
Held = Annotated[str, Cookie(alias=NAME, description="The session of this browser; the platform sets it itself.")]
"""Route parameter: the refresh token that came; whatever it is, it is no reason for a 422 that nobody could act on."""


@dataclass(frozen=True)
class RefreshCookie:
    """Sets and takes the cookie. `secure`: browsers reach the platform by https, and send it that way alone."""

    secure: bool

    def give(self, answer: Response, refresh_token: str) -> None:
        """Let the browser keep a refresh token for as long as the token lives."""
        seconds = int(REFRESH_LIFETIME.total_seconds())
        answer.set_cookie(
            NAME, refresh_token, seconds, path=BELOW, secure=self.secure, httponly=True, samesite="strict"
        )

    def take(self, answer: Response) -> Response:
        """Let the browser forget it; return the answer."""
        answer.delete_cookie(NAME, path=BELOW, secure=self.secure, httponly=True, samesite="strict")
        return answer


async def answer_to(request: Request, error: DomainError) -> Response:
    """Return what the platform answers to an error everywhere, the audit told, for a cookie to be added."""
    answer: Response = await request.app.exception_handlers[DomainError](request, error)
    return answer
