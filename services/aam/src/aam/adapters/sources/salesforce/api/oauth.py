"""Getting a session from Salesforce's token endpoint.

Wire format: OAuth 2.0 (RFC 6749, RFC 7523) as in Salesforce Help, "OAuth Authorization Flows".
"""

import re
import time
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import jwt
from aos_common.egress import EgressRefused, HostUnknown

from aam.adapters.sources.salesforce.api.errors import told, unreachable
from aam.adapters.sources.salesforce.api.transport import Unreadable, received
from aam.adapters.sources.salesforce.settings import SalesforceSettings, refuse_address
from aam.domain.errors import CredentialsRejected, SourceError

JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer"
ASSERTION_SECONDS = 180
ATTEMPTS = 3
TOKEN_SECONDS = 8.0
WHAT = "Signing in"
_ORGANISATION = re.compile(r"/id/(00D[A-Za-z0-9]{12})")


def fetch_session(
    http: httpx.Client, settings: SalesforceSettings, refresh_token: str, wait: Callable[[float], None]
) -> dict[str, str]:
    """Ask for a session; returns `access_token`, `instance_url`, and where the answer has them `organisation` (its id)
    and `refresh_token`.

    Raises `CredentialsRejected`, a transient `SourceError`, or one of configuration.
    """
    url = f"{settings.login_url}/services/oauth2/token"
    for attempt in range(1, ATTEMPTS + 1):
        try:
            with http.stream("POST", url, data=_form(settings, refresh_token), timeout=TOKEN_SECONDS) as answer:
                response = received(answer)
        except (EgressRefused, HostUnknown) as error:
            raise SourceError(error.message, hint=error.hint, reason=f"SOURCE_{error.reason}") from None
        except (httpx.TransportError, httpx.DecodingError, Unreadable) as error:
            problem = unreachable(WHAT, type(error).__name__)
        else:
            if response.status_code == 200:
                return _session(response, settings)
            if 400 <= response.status_code < 500 and response.status_code not in (406, 420, 429):
                raise _rejected(response, settings)
            problem = unreachable(WHAT, f"{response.status_code}")
        if attempt < ATTEMPTS:
            wait(0.5 * attempt)
    raise problem


def _form(settings: SalesforceSettings, refresh_token: str) -> dict[str, str]:
    secret = settings.client_secret.get_secret_value()
    client = {"client_id": settings.client_id, **({"client_secret": secret} if secret else {})}
    if settings.auth == "refresh_token":
        return {"grant_type": "refresh_token", **client, "refresh_token": refresh_token}
    if settings.auth == "client_credentials":
        return {"grant_type": "client_credentials", **client}
    claims = {
        "iss": settings.client_id,
        "sub": settings.username,
        "aud": settings.audience,
        "exp": int(time.time()) + ASSERTION_SECONDS,
    }
    try:
        assertion = jwt.encode(claims, settings.private_key.get_secret_value(), algorithm="RS256")
    except (ValueError, TypeError, jwt.InvalidKeyError):
        raise SourceError(
            "The private key is no RSA key in PEM.",
            hint="Enter the whole file, from -----BEGIN to -----END.",
            reason="SOURCE_AUTHENTICATION_FAILED",
        ) from None
    return {"grant_type": JWT_BEARER, "assertion": assertion}


def _session(response: httpx.Response, settings: SalesforceSettings) -> dict[str, str]:
    try:
        body: Mapping[str, Any] = response.json()
        found = {name: str(body[name]) for name in ("access_token", "instance_url")}
    except (ValueError, KeyError, TypeError):
        raise unreachable(WHAT, "the token endpoint's answer is no session") from None
    found["instance_url"] = found["instance_url"].rstrip("/")
    try:
        refuse_address(found["instance_url"])
        if found["instance_url"].startswith("http:") and not settings.login_url.startswith("http:"):
            raise ValueError("it is not encrypted")
    except ValueError as error:
        raise SourceError(
            f"Salesforce sent the session to an address that is not right: {error}.",
            hint="Check login_url.",
            reason="SOURCE_ADDRESS_NOT_ALLOWED",
        ) from None
    if match := _ORGANISATION.search(str(body.get("id", ""))):
        found["organisation"] = match[1]
    rotated = body.get("refresh_token")
    return {**found, "refresh_token": str(rotated)} if rotated else found


def _rejected(response: httpx.Response, settings: SalesforceSettings) -> SourceError:
    code, text = told(response)
    internal = f"{response.status_code} {code}: {text}"
    for secret in settings.secrets:
        internal = internal.replace(secret, "***")
    told_text = f"{code}{f': {text[:120]}' if text else ''}"
    return CredentialsRejected(f"Salesforce no longer accepts the credentials ({told_text}).", internal=internal)
