"""Let a tenant's users sign on through a provider of its own."""

from collections.abc import Collection
from dataclasses import replace

from aos_common.errors import InvalidRequest

from identity.domain.credentials.sign_on import IdentityProvider, check_issuer
from identity.domain.roles import check_grant, checked_roles
from identity.ports import IdentityProviders, OpenIdConnect
from identity.usecases.keys.create_service_account import checked_name

MAX_LISTED = 100
MAX_CHARACTERS = 300


async def set_provider(
    wanted: IdentityProvider,
    actor: Collection[str],
    *,
    known: IdentityProvider | None,
    providers: IdentityProviders,
    oidc: OpenIdConnect,
) -> IdentityProvider:
    """Store a provider, new or in place of the `known` one, once its issuer answers; return what was stored.

    Raises `InvalidRequest`, `RoleUnknown`, `RoleNotYours`, `NameTaken`, `TooMany` or `ProviderUnusable`. `actor` are
    the roles of whoever asks: a provider gives its users roles, so it takes what giving them takes.
    """
    provider = _checked(wanted)
    if known is not None and provider.issuer != known.issuer:
        # Whoever runs another issuer could name anybody's `sub`, an owner's too.
        raise InvalidRequest("A provider keeps its issuer.", hint="Add a second provider for the other one.")
    given = [*provider.role_map.values(), *provider.default_roles]
    before = [*known.role_map.values(), *known.default_roles] if known else []
    check_grant(actor, given, before)
    await oidc.check(provider)
    await providers.put(provider)
    return provider


def _checked(wanted: IdentityProvider) -> IdentityProvider:
    texts = [wanted.client_id, wanted.client_secret, wanted.group_claim]
    texts += [*wanted.scopes, *wanted.domains, *wanted.role_map]
    sizes = (len(wanted.scopes), len(wanted.domains), len(wanted.role_map))
    if max(sizes) > MAX_LISTED or any(len(text) > MAX_CHARACTERS for text in texts) or not wanted.client_id:
        raise InvalidRequest(
            f"A provider has a client id, at most {MAX_LISTED} scopes, domains and groups, none above "
            f"{MAX_CHARACTERS} characters."
        )
    if wanted.role_map and not wanted.group_claim:
        raise InvalidRequest("A role map needs the claim that holds the groups.", hint="Set group_claim, e.g. groups.")
    for role in wanted.role_map.values():
        checked_roles([role])
    return replace(
        wanted,
        name=checked_name(wanted.name),
        issuer=check_issuer(wanted.issuer),
        scopes=tuple(dict.fromkeys(["openid", *wanted.scopes])),
        default_roles=checked_roles(wanted.default_roles) if wanted.default_roles else (),
        domains=tuple(domain.strip().lower() for domain in wanted.domains),
    )
