"""OpenID Connect with Authlib: discovery, PKCE, the code's exchange, and the ID token's validation.

HTTP is aos_common's checked client, since a tenant names the address: it connects to public or allowed addresses alone,
follows no redirect, and answers are bounded. Nothing is cached: a provider that rotates its keys is followed at once.
"""

import json
from collections.abc import Mapping
from typing import Any

import httpx
from aos_common.egress import Egress
from aos_common.errors import DomainError
from authlib.oauth2.auth import ClientAuth
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from identity.domain.credentials.sign_on import IdentityProvider, check_issuer
from identity.domain.errors import ProviderUnusable, SignOnRefused

MAX_ANSWER = 256 * 1024
LEEWAY = 60
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures that only the provider can make: neither `none` nor the HMACs, whose key clients know, too."""
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")
METHODS = ("client_secret_basic", "client_secret_post")


class Openid:
    """The `OpenIdConnect` port."""

    def __init__(self, egress: Egress) -> None:
        self._http = egress.http_client()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def check(self, provider: IdentityProvider) -> None:
        """Return when the issuer's discovery document reads."""
        await self._discover(provider)

    async def authorization_url(
        self, provider: IdentityProvider, redirect_uri: str, state: str, nonce: str, code_verifier: str
    ) -> str:
        """Return where to send the browser."""
        found = await self._discover(provider)
        challenge = create_s256_code_challenge(code_verifier)  # type: ignore[no-untyped-call]  # missing in its stubs
        url: str = prepare_grant_uri(
            found["authorization_endpoint"],
            client_id=provider.client_id,
            response_type="code",
            redirect_uri=redirect_uri,
            scope=" ".join(provider.scopes),
            state=state,
            nonce=nonce,
            code_challenge=challenge,
            code_challenge_method="S256",
        )
        return url

    async def claims(
        self, provider: IdentityProvider, redirect_uri: str, code: str, nonce: str, code_verifier: str
    ) -> Mapping[str, Any]:
        """Exchange a code and return verified claims, completed from the userinfo endpoint where an address lacks."""
        found = await self._discover(provider)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        tokens = await self._tokens(provider, found, {**form, "code_verifier": code_verifier})
        claims = await self._verified(provider, found, tokens, nonce)
        if "email" not in claims and isinstance(found.get("userinfo_endpoint"), str):
            bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
            more = await self._json("GET", check_issuer(found["userinfo_endpoint"]), headers=bearer)
            if more.get("sub") != claims["sub"]:
                raise SignOnRefused("The provider answered about somebody else.")
            claims = {**more, **claims}
        return claims

    async def _discover(self, provider: IdentityProvider) -> dict[str, Any]:
        found = await self._json("GET", get_well_known_url(provider.issuer, external=True))
        if found.get("issuer") != provider.issuer:
            raise ProviderUnusable("The issuer says that it is another one.", hint="Copy its URL as it writes it.")
        try:
            for name in NEEDED:
                check_issuer(str(found[name]).partition("?")[0])
        except (KeyError, DomainError):
            raise ProviderUnusable(f"The issuer's document lacks one of {', '.join(NEEDED)}.") from None
        return found

    async def _tokens(self, provider: IdentityProvider, found: dict[str, Any], form: dict[str, str]) -> dict[str, Any]:
        offered = found.get("token_endpoint_auth_methods_supported") or METHODS
        method = next((one for one in METHODS if one in offered), METHODS[0]) if provider.client_secret else "none"
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
        body = str(httpx.QueryParams(form))
        auth = ClientAuth(provider.client_id, provider.client_secret, method)
        parts = auth.prepare("POST", found["token_endpoint"], headers, body)  # type: ignore[no-untyped-call]  # as above
        url, headers, body = parts
        tokens = await self._json("POST", url, headers=headers, content=body)
        if not isinstance(tokens.get("id_token"), str) or not isinstance(tokens.get("access_token"), str):
            raise ProviderUnusable("The provider gave no ID token.", hint="Let the client use the scope openid.")
        return tokens

    async def _verified(
        self, provider: IdentityProvider, found: dict[str, Any], tokens: dict[str, Any], nonce: str
    ) -> dict[str, Any]:
        offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
        registry = JWSRegistry(algorithms=[one for one in ALGORITHMS if one in offered], strict_check_header=False)
        options: Any = {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {"nonce": nonce, "client_id": provider.client_id, "access_token": tokens["access_token"]}
        try:
            keys = KeySet.import_key_set(await self._json("GET", found["jwks_uri"]))  # type: ignore[arg-type]  # checked by the import
            decoded = jwt.decode(tokens["id_token"], keys, registry=registry)
            claims = CodeIDToken(decoded.claims, decoded.header, options, params)
            claims.validate(leeway=LEEWAY)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise SignOnRefused(f"The provider's ID token was refused ({type(error).__name__}).") from None
        return dict(claims)

    async def _json(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """Return a JSON object; raise `ProviderUnusable`."""
        try:
            async with self._http.stream(method, url, **options) as answer:
                body = b""
                async for part in answer.aiter_bytes():
                    body += part
                    if len(body) > MAX_ANSWER:
                        raise ProviderUnusable("The provider's answer is too long.")
            found = json.loads(body) if answer.is_success else None
        except (httpx.HTTPError, httpx.InvalidURL, ValueError) as error:
            raise ProviderUnusable(f"The provider does not answer as it should ({type(error).__name__}).") from None
        if not isinstance(found, dict):
            raise ProviderUnusable(f"The provider answered with {answer.status_code}.", hint="See its log.")
        return found
