"""Who is calling: access tokens verified against identity's published keys (RFC 9068, RFC 7517)."""

import asyncio
import base64
import contextlib
import re
import time
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

import httpx
import jwt
import structlog

from aos_common.errors import DependencyUnavailable, Unauthenticated
from aos_common.resilience import retrying

__all__ = ["Caller", "Refusals", "ServiceTokens", "TokenVerifier"]

log = structlog.get_logger()

LEEWAY = 5
REFRESH_AFTER = 3.0
"""Seconds after which the key set is fetched again beside the request that notices."""
STALE_AFTER = 9.0
"""Seconds after which a request waits for that fetch: a withdrawn key is refused at most this long after."""
FETCH_SECONDS = 1.0
"""How long a request waits for the key set; when identity does not answer, the known keys go on verifying."""
FIRST_FETCH_SECONDS = 5.0
"""How long while no key is known at all."""
MISS_COOLDOWN = 1.0
"""Seconds between fetches caused by an unknown key id, so that forged tokens cannot flood identity."""
MAX_LIFE = 900
"""Seconds that a token lives at most, as revocations and streams count on."""
MAX_TOKEN = 8192
"""Characters of a token; identity issues far shorter ones."""
MAX_REMEMBERED = 2000
"""Verified tokens that need no second look at their signature."""
_SHAPE = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
"""The compact form (RFC 7515 §7.1): base64url without padding, which PyJWT would take."""


@dataclass(frozen=True)
class Caller:
    """A verified caller. `token` is kept so that one hop can be made on the caller's behalf.

    `session` is the sign-in it belongs to ("" for services), `issued_at` and `expires_at` seconds since the epoch.
    """

    tenant_id: UUID
    subject: str
    roles: frozenset[str]
    token: str = field(repr=False)
    session: str = ""
    issued_at: float = 0.0
    expires_at: float = 0.0


class Refusals(Protocol):
    """Who is refused although their token verifies."""

    def refuse(self, caller: Caller) -> None:
        """Raise `Unauthenticated` when the caller's session or all their tokens were revoked."""


class TokenVerifier:
    """Verifies RS256 access tokens with a key set cached from `jwks_url`.

    The cache survives an outage of identity: known keys go on verifying. `roles` names those that exist: a token has to
    carry one of them; without `roles` it has to carry any.
    """

    def __init__(
        self,
        jwks_url: str,
        issuer: str,
        audience: str,
        client: httpx.AsyncClient | None = None,
        refusals: Refusals | None = None,
        roles: Collection[str] = (),
    ) -> None:
        self._url = jwks_url
        self._issuer = issuer
        self._audience = audience
        self._client = client or httpx.AsyncClient(timeout=5)
        self._refusals = refusals
        self._roles = frozenset(roles)
        self._keys: dict[str, jwt.PyJWK] = {}
        self._document: Any = None
        self._fetched = float("-inf")
        self._fetch: asyncio.Task[None] | None = None
        self._verified: OrderedDict[str, tuple[float, Caller]] = OrderedDict()

    async def verify(self, token: str) -> Caller:
        """Return the caller of a token; raise `Unauthenticated` with the reason it was refused."""
        await self._keep_fresh()
        caller = self._remembered(token) or await self._verify(token)
        if self._refusals is not None:
            self._refusals.refuse(caller)
        return caller

    def _remembered(self, token: str) -> Caller | None:
        expires, caller = self._verified.get(token, (0.0, None))
        return caller if expires + LEEWAY > time.time() else None

    async def _verify(self, token: str) -> Caller:
        if len(token) > MAX_TOKEN:
            raise Unauthenticated("The token is too long to be one of this platform.", hint="Sign in again.")
        if not _SHAPE.fullmatch(token) or not _is_object(token.split(".")[1]):
            raise Unauthenticated("The token is not a JWT.", hint="Sign in again.")
        try:
            header = jwt.get_unverified_header(token)
        except (jwt.PyJWTError, ValueError):
            raise Unauthenticated("The token is not a JWT.", hint="Sign in again.") from None
        if header.get("alg") != "RS256" or header.get("typ") != "at+jwt" or "crit" in header:
            raise Unauthenticated("The token is not an access token of this platform.", hint="Sign in again.")
        key = await self._key(header.get("kid"))
        claims = self._claims(token, key)
        self._check_times(claims)
        caller = self._caller(token, claims)
        self._verified[token] = (float(claims["exp"]), caller)
        if len(self._verified) > MAX_REMEMBERED:
            self._verified.popitem(last=False)
        return caller

    def _claims(self, token: str, key: jwt.PyJWK) -> dict[str, Any]:
        try:
            return jwt.decode(
                token,
                key,
                algorithms=["RS256"],
                audience=self._audience,
                issuer=self._issuer,
                leeway=LEEWAY,
                options={"require": ["exp", "iat", "iss", "aud", "sub", "jti"], "strict_aud": True},
            )
        except jwt.ExpiredSignatureError:
            raise Unauthenticated("The token has expired.", hint="Refresh it or sign in again.") from None
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as error:
            raise Unauthenticated(f"The token was refused: {error}.", hint="Sign in again.") from None

    @staticmethod
    def _check_times(claims: dict[str, Any]) -> None:
        """PyJWT takes a text for a number, and any length of life; the gateway does not, and neither does this."""
        times = [claims[name] for name in ("exp", "iat", "nbf") if name in claims]
        if not all(type(moment) in (int, float) for moment in times):
            raise Unauthenticated("The token's times are not numbers.", hint="Sign in again.")
        if claims["exp"] - claims["iat"] > MAX_LIFE:
            raise Unauthenticated("The token claims to live longer than any of this platform.", hint="Sign in again.")

    def _caller(self, token: str, claims: dict[str, Any]) -> Caller:
        roles = claims.get("roles")
        if not isinstance(roles, list) or not roles or not all(isinstance(role, str) and role for role in roles):
            raise Unauthenticated("The token's roles are not a list of names.", hint="Sign in again.")
        if self._roles and self._roles.isdisjoint(roles):
            raise Unauthenticated("The token carries no role of this platform.", hint="Sign in again.")
        named = claims.get("tenant_id")
        try:
            tenant_id = UUID(named)
        except (ValueError, AttributeError, TypeError):
            raise Unauthenticated("The token names no tenant.", hint="Sign in again.") from None
        # One spelling, so that whatever compares texts (the gateway, limits, logs) sees the tenant that the rows see.
        if str(tenant_id) != named:
            raise Unauthenticated("The token names its tenant in another spelling.", hint="Sign in again.")
        session = claims.get("sid", "")
        if not isinstance(session, str) or not claims["sub"]:
            raise Unauthenticated("The token's subject or session is not a text.", hint="Sign in again.")
        issued, expires = float(claims["iat"]), float(claims["exp"])
        return Caller(tenant_id, claims["sub"], frozenset(roles), token, session, issued, expires)

    async def _key(self, kid: object) -> jwt.PyJWK:
        if not isinstance(kid, str) or not kid:
            raise Unauthenticated("The token names no key.", hint="Sign in again.")
        if kid not in self._keys and time.monotonic() - self._fetched > MISS_COOLDOWN:
            await self._refreshed()
        if not self._keys:
            raise DependencyUnavailable("The signing keys cannot be read.", hint="Try again soon.")
        if kid not in self._keys:
            raise Unauthenticated("The token was signed with an unknown key.", hint="Sign in again.")
        return self._keys[kid]

    async def _keep_fresh(self) -> None:
        """Fetch the key set beside the request; wait for it only where the known one is too old to be trusted."""
        age = time.monotonic() - self._fetched
        if age > STALE_AFTER:
            await self._refreshed()
        elif age > REFRESH_AFTER:
            self._start()

    async def _refreshed(self) -> None:
        patience = FETCH_SECONDS if self._keys else FIRST_FETCH_SECONDS
        with contextlib.suppress(asyncio.TimeoutError):
            # Shielded: whoever gives up must not end the fetch that others wait for.
            await asyncio.wait_for(asyncio.shield(self._start()), patience)

    def _start(self) -> "asyncio.Task[None]":
        """Start a fetch, or join the one under way."""
        if self._fetch is None or self._fetch.done():
            self._fetch = asyncio.create_task(self._refresh())
        return self._fetch

    async def _refresh(self) -> None:
        try:
            answer = await self._client.get(self._url)
            answer.raise_for_status()
            document = answer.json()
            if document != self._document:
                self._keys = {key.key_id: key for key in jwt.PyJWKSet.from_dict(document).keys if key.key_id}
                self._document = document
                self._verified.clear()
        except (httpx.HTTPError, jwt.PyJWTError, ValueError) as error:
            log.warning("auth.keys_unreadable", error=type(error).__name__)
        # Also after a failure: those who come next go on with the known keys instead of trying in turn.
        self._fetched = time.monotonic()

    async def close(self) -> None:
        """Close the connection to identity."""
        if self._fetch is not None:
            self._fetch.cancel()
        await self._client.aclose()


def _is_object(part: str) -> bool:
    """Whether a part holds a JSON object in UTF-8; `json` would take UTF-16 and UTF-32, which other walls refuse."""
    try:
        raw = base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))
    except ValueError:
        return False
    return raw.startswith(b"{") and b"\x00" not in raw


class ServiceTokens:
    """Short-lived tokens that name this service and one tenant, for work that has no caller.

    OAuth 2.0 client credentials (RFC 6749 §4.4) with a `tenant_id` parameter.
    """

    MAX_CACHED = 10_000

    def __init__(
        self, token_url: str, client_id: str, client_secret: str, client: httpx.AsyncClient | None = None
    ) -> None:
        self._url = token_url
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        self._client = client or httpx.AsyncClient(timeout=5)
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
