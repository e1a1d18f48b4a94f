"""Sign-on through a tenant's own OpenID Connect provider.

A user is known by provider and `sub`, never by e-mail address: an address is what a provider says about somebody, and
is not merged with an account that has it already, in this tenant or another. Where a provider names groups, it decides
the roles, anew at each sign-on. A provider keeps its issuer for life: at another one, a `sub` is somebody else.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from aos_common.errors import InvalidRequest

from identity.domain.account import normal_email
from identity.domain.errors import SignOnRefused

LIFETIME = timedelta(minutes=10)
"""Between leaving for the provider and coming back."""
MAX_PROVIDERS = 20
MAX_URL = 500


@dataclass(frozen=True)
class IdentityProvider:
    """A tenant's provider. `role_map` turns groups into roles; who is in none gets `default_roles`, or is refused.

    With `domains`, only verified addresses of these come in: needed where strangers have accounts at the issuer.
    """

    tenant_id: UUID
    id: UUID
    name: str
    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]
    group_claim: str
    role_map: Mapping[str, str]
    default_roles: tuple[str, ...]
    domains: tuple[str, ...]
    created_at: datetime


@dataclass(frozen=True)
class SignOnAttempt:
    """A browser that left for the provider; secrets of `state` and of its cookie are known by their hash."""

    tenant_id: UUID
    id: UUID
    provider_id: UUID
    secret_hash: bytes
    browser_hash: bytes
    nonce: str
    code_verifier: str = field(repr=False)
    expires_at: datetime


@dataclass(frozen=True)
class Person:
    """Who a provider says has signed on."""

    subject: str
    email: str
    roles: tuple[str, ...]


def check_issuer(issuer: str) -> str:
    """Return an issuer's URL; raise `InvalidRequest` unless it is https (http on loopback) without query or login."""
    parts = urlsplit(issuer.strip())
    secure = parts.scheme == "https" or (parts.scheme == "http" and _is_loopback(parts.hostname or ""))
    if not secure or not parts.hostname or parts.query or parts.fragment or parts.username or len(issuer) > MAX_URL:
        raise InvalidRequest(
            "An issuer looks like https://login.example.com/tenant.", hint="Copy it from the provider."
        )
    return issuer.strip()


def person_of(provider: IdentityProvider, claims: Mapping[str, Any]) -> Person:
    """Read verified claims; raise `SignOnRefused` where the provider's settings let them not in."""
    email, subject = claims.get("email"), claims.get("sub")
    if not isinstance(email, str) or "@" not in email or not isinstance(subject, str) or not subject:
        raise SignOnRefused("The provider names no e-mail address.", hint="Let it send the claim email.")
    verified = claims.get("email_verified")
    if verified is False or (provider.domains and verified is not True):
        raise SignOnRefused("The provider does not vouch for the e-mail address.", hint="Verify it there.")
    if provider.domains and normal_email(email).rpartition("@")[2] not in provider.domains:
        raise SignOnRefused("Addresses of this domain do not sign on here.")
    roles = _roles(provider, claims)
    if not roles:
        raise SignOnRefused("None of your groups has a role here.", hint="Ask an owner or admin of your tenant.")
    return Person(subject, normal_email(email), roles)


def _roles(provider: IdentityProvider, claims: Mapping[str, Any]) -> tuple[str, ...]:
    said = claims.get(provider.group_claim) if provider.group_claim else None
    groups: Sequence[Any] = said if isinstance(said, list) else [said]
    mapped = {provider.role_map[group] for group in groups if isinstance(group, str) and group in provider.role_map}
    return tuple(sorted(mapped)) or provider.default_roles


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
