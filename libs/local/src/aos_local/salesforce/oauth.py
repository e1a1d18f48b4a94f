"""The token endpoint: refresh tokens kept, rotated or left out; JWT bearer; client credentials."""

import base64
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

import jwt

from aos_local.salesforce.errors import ApiError, OAuthError
from aos_local.salesforce.records import USER

ORGANISATION = "00D000000000001EAA"
JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
MAX_ASSERTION_SECONDS = 300
AUDIENCES = ("https://login.salesforce.com", "https://test.salesforce.com")


@dataclass
class App:
    """A connected app. `rotation`: `omit` the refresh token from the answer, `rotate` it, or `echo` it."""

    client_id: str
    client_secret: str = ""
    public_key: str = ""
    users: tuple[str, ...] = ()
    refresh_tokens: list[str] = field(default_factory=list)
    rotation: str = "omit"
    client_credentials: bool = True


@dataclass
class Session:
    """An access token: when it ends, and how many requests it is still good for (None: any number)."""

    ends: float
    requests: int | None = None


@dataclass
class Tokens:
    """Apps and sessions. A used-up refresh token that comes again withdraws its grant, as rotation demands."""

    apps: dict[str, App]
    seconds: float = 7200.0
    requests: int | None = None
    sessions: dict[str, Session] = field(default_factory=dict)
    withdrawn: set[str] = field(default_factory=set)

    def grant(self, form: Mapping[str, str], authorization: str, instance: str) -> dict[str, Any]:
        """Answer a token request; raises `OAuthError`."""
        kind = form.get("grant_type", "")
        if kind == JWT_BEARER:
            self._assertion(form.get("assertion", ""), instance)
            return self._session(instance)
        if kind not in ("refresh_token", "client_credentials"):
            raise OAuthError("unsupported_grant_type", "grant type not supported")
        app = self._app(form, authorization)
        if kind == "refresh_token":
            return self._refreshed(app, form.get("refresh_token", ""), instance)
        if not app.client_credentials:
            raise OAuthError("invalid_grant", "no client credentials user enabled")
        return self._session(instance)

    def authenticate(self, authorization: str) -> None:
        """Raise `INVALID_SESSION_ID` unless the token is one that is still good."""
        session = self.sessions.get(authorization.removeprefix("Bearer ").removeprefix("OAuth "))
        if session is None or session.ends <= time.monotonic() or session.requests == 0:
            raise ApiError(401, "INVALID_SESSION_ID", "Session expired or invalid")
        if session.requests is not None:
            session.requests -= 1

    def expire(self) -> None:
        """End every session."""
        self.sessions.clear()

    def _app(self, form: Mapping[str, str], authorization: str) -> App:
        client_id, secret = form.get("client_id", ""), form.get("client_secret", "")
        if authorization.startswith("Basic "):
            client_id, _, secret = base64.b64decode(authorization[6:]).decode().partition(":")
        app = self.apps.get(client_id) or self.apps.get(unquote(client_id))
        if app is None:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        if not secrets.compare_digest(secret.encode(), app.client_secret.encode()):
            raise OAuthError("invalid_client", "invalid client credentials")
        return app

    def _refreshed(self, app: App, token: str, instance: str) -> dict[str, Any]:
        if token in self.withdrawn:
            app.refresh_tokens.clear()
        if token not in app.refresh_tokens:
            raise OAuthError("invalid_grant", "expired access/refresh token")
        answer = self._session(instance)
        if app.rotation == "rotate":
            app.refresh_tokens.remove(token)
            self.withdrawn.add(token)
            token = f"5Aep861{secrets.token_urlsafe(24)}"
            app.refresh_tokens.append(token)
        return answer if app.rotation == "omit" else answer | {"refresh_token": token}

    def _assertion(self, assertion: str, instance: str) -> None:
        try:
            issuer = str(jwt.decode(assertion, options={"verify_signature": False}).get("iss"))
        except jwt.InvalidTokenError:
            raise OAuthError("invalid_grant", "invalid assertion") from None
        app = self.apps.get(issuer)
        if app is None or not app.public_key:
            raise OAuthError("invalid_client_id", "client identifier invalid")
        required = ["iss", "sub", "aud", "exp"]
        try:
            claims = jwt.decode(
                assertion, app.public_key, algorithms=["RS256"], audience=[*AUDIENCES, instance],
                options={"require": required}, leeway=0,
            )  # fmt: skip
        except jwt.InvalidAudienceError:
            raise OAuthError("invalid_grant", "audience is invalid") from None
        except jwt.ExpiredSignatureError:
            raise OAuthError("invalid_grant", "expired authorization code") from None
        except jwt.InvalidTokenError:
            raise OAuthError("invalid_grant", "invalid assertion") from None
        if int(claims["exp"]) - time.time() > MAX_ASSERTION_SECONDS:
            raise OAuthError("invalid_grant", "assertion expires too late")
        if claims["sub"] not in app.users:
            raise OAuthError("invalid_grant", "user hasn't approved this consumer")

    def _session(self, instance: str) -> dict[str, Any]:
        token = f"{ORGANISATION[:15]}!{secrets.token_urlsafe(32)}"
        self.sessions[token] = Session(time.monotonic() + self.seconds, self.requests)
        return {
            "access_token": token,
            "signature": secrets.token_urlsafe(32),
            "scope": "refresh_token api",
            "instance_url": instance,
            "id": f"https://login.salesforce.com/id/{ORGANISATION}/{USER}",
            "token_type": "Bearer",
            "issued_at": str(int(time.time() * 1000)),
        }
