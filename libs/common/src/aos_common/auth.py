"""Who is calling: access tokens verified against identity's published keys (RFC 9068, RFC 7517)."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
import jwt
import structlog

from aos_common.errors import DependencyUnavailable, Unauthenticated
from aos_common.resilience import retrying

__all__ = ["Caller", "ServiceTokens", "TokenVerifier"]

log = structlog.get_logger()

LEEWAY = 5
REFRESH_AFTER = 300.0
"""Seconds after which the key set is fetched again."""
MISS_COOLDOWN = 1.0
"""Seconds between fetches caused by an unknown key id, so that forged tokens cannot flood identity."""


@dataclass(frozen=True)
class Caller:
    """A verified caller. `token` is kept so that one hop can be made on the caller's behalf."""

    tenant_id: UUID
    subject: str
    roles: frozenset[str]
    token: str = field(repr=False)


class TokenVerifier:
    """Verifies RS256 access tokens with a key set cached from `jwks_url`.

    The cache survives an outage of identity: known keys go on verifying.
    """

    def __init__(self, jwks_url: str, issuer: str, audience: str, client: httpx.AsyncClient | None = None) -> None:
        self._url = jwks_url
        self._issuer = issuer
        self._audience = audience
        self._client = client or httpx.AsyncClient(timeout=5)
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched = float("-inf")
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> Caller:
        """Return the caller of a token; raise `Unauthenticated` with the reason it was refused."""
        try:
            header = jwt.get_unverified_header(token)
        except jwt.PyJWTError:
            raise Unauthenticated("The token is not a JWT.", hint="Sign in again.") from None
        if header.get("alg") != "RS256" or header.get("typ") != "at+jwt" or "crit" in header:
            raise Unauthenticated("The token is not an access token of this platform.", hint="Sign in again.")
        key = await self._key(str(header.get("kid", "")))
        return self._caller(token, self._claims(token, key))

    def _claims(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "jti"]},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("The token has expired.", hint="Refresh it or sign in again.") from None
        except jwt.PyJWTError as error:
            raise Unauthenticated(f"The token was refused: {error}.", hint="Sign in again.") from None

    @staticmethod
    def _caller(token: str, claims: dict[str, Any]) -> Caller:
        roles = claims.get("roles", [])
        if not isinstance(roles, list):
            raise Unauthenticated("The token's roles are not a list.", hint="Sign in again.")
        try:
            tenant_id = UUID(claims.get("tenant_id", ""))
        except (ValueError, AttributeError, TypeError):
            raise Unauthenticated("The token names no tenant.", hint="Sign in again.") from None
        return Caller(tenant_id, str(claims["sub"]), frozenset(map(str, roles)), token)

    async def _key(self, kid: str) -> jwt.PyJWK:
        age = time.monotonic() - self._fetched
        if age > REFRESH_AFTER or (kid not in self._keys and age > MISS_COOLDOWN):
            await self._refresh()
        if not self._keys:
            raise DependencyUnavailable("The signing keys cannot be read.", hint="Try again soon.")
        if kid not in self._keys:
            raise Unauthenticated("The token was signed with an unknown key.", hint="Sign in again.")
        return self._keys[kid]

    async def _refresh(self) -> None:
        before = self._fetched
        async with self._lock:
            if self._fetched != before:
                return
            try:
                answer = await self._client.get(self._url)
                answer.raise_for_status()
                self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(answer.json()).keys if key.key_id}
            except (httpx.HTTPError, jwt.PyJWTError, ValueError) as error:
                log.warning("auth.keys_unreadable", error=type(error).__name__)
            # Also after a failure: those who waited for this attempt share its outcome instead of trying in turn.
            self._fetched = time.monotonic()

    async def close(self) -> None:
        """Close the connection to identity."""
        await self._client.aclose()


class ServiceTokens:
    """Short-lived tokens that name this service and one tenant, for work that has no caller.

    OAuth 2.0 client credentials (RFC 6749 §4.4) with a `tenant_id` parameter.
    """

    MAX_CACHED = 10_000

    def __init__(self, token_url: str, client_id: str, client_secret: str) -> None:
        self._url = token_url
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._client = httpx.AsyncClient(timeout=5)
        self._cache: dict[UUID, tuple[float, str]] = {}

    async def token_for(self, tenant_id: UUID) -> str:
        """Return a token for the tenant with at least a minute to live."""
        expires, token = self._cache.get(tenant_id, (0.0, ""))
        if expires - time.monotonic() > 60:
            return token
        try:
            # A token may be fetched again at will; identity may just be starting.
            async for attempt in retrying(on=httpx.TransportError, attempts=4, timeout=5):
                with attempt:
                    answer = await self._client.post(self._url, data={**self._form, "tenant_id": str(tenant_id)})
        except httpx.HTTPError as error:
            raise DependencyUnavailable("Identity cannot be reached for a service token.") from error
        if answer.status_code != 200:
            raise DependencyUnavailable(f"Identity refused a service token ({answer.status_code}).")
        body = answer.json()
        if len(self._cache) >= self.MAX_CACHED:
            self._cache.clear()
        self._cache[tenant_id] = (time.monotonic() + float(body["expires_in"]), str(body["access_token"]))
        return str(body["access_token"])

    async def caller(self, tenant_id: UUID, roles: Sequence[str] = ("service",)) -> Caller:
        """Return this service as a caller within the tenant."""
        return Caller(tenant_id, self._form["client_id"], frozenset(roles), await self.token_for(tenant_id))

    async def close(self) -> None:
        """Close the connection to identity."""
        await self._client.aclose()
