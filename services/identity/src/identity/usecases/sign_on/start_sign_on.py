"""Send a browser to a tenant's provider."""

import secrets
from uuid import UUID

from aos_common.ids import new_id

from identity.domain.credentials.sign_on import LIFETIME, SignOnAttempt
from identity.domain.credentials.ticket import Ticket, hash_secret
from identity.domain.errors import NotFound
from identity.ports import Clock, IdentityProviders, OpenIdConnect

BYTES = 32


async def start_sign_on(
    provider_id: UUID, redirect_uri: str, *, providers: IdentityProviders, oidc: OpenIdConnect, clock: Clock
) -> tuple[str, str]:
    """Return the provider's URL, and a secret for the browser to keep; raise `NotFound` or `ProviderUnusable`.

    The secret ties the way back to this browser: whoever makes another open their own way back signs nobody on
    (RFC 9700 §4.7). PKCE (RFC 7636) ties the code to this attempt, the nonce the ID token.
    """
    tenant_id = await providers.tenant_of(provider_id)
    if tenant_id is None:
        raise NotFound("There is no such provider.")
    provider, now = await providers.get(tenant_id, provider_id), clock()
    state, browser = Ticket(tenant_id, new_id(), secrets.token_urlsafe(BYTES)), secrets.token_urlsafe(BYTES)
    attempt = SignOnAttempt(
        tenant_id=tenant_id,
        id=state.id,
        provider_id=provider_id,
        secret_hash=hash_secret(state.secret),
        browser_hash=hash_secret(browser),
        nonce=secrets.token_urlsafe(BYTES),
        code_verifier=secrets.token_urlsafe(BYTES),
        expires_at=now + LIFETIME,
    )
    url = await oidc.authorization_url(provider, redirect_uri, str(state), attempt.nonce, attempt.code_verifier)
    await providers.leave(attempt, now)
    return url, browser
