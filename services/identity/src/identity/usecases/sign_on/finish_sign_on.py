"""Sign a person on who comes back from their tenant's provider."""

from uuid import UUID

from identity.domain.account import User
from identity.domain.credentials.sign_on import person_of
from identity.domain.credentials.ticket import fits, parse_ticket
from identity.domain.errors import SignOnRefused, UserDisabled
from identity.ports import Clock, IdentityProviders, OpenIdConnect


async def finish_sign_on(
    provider_id: UUID,
    redirect_uri: str,
    state: str,
    code: str,
    issuer: str,
    browser: str,
    *,
    providers: IdentityProviders,
    oidc: OpenIdConnect,
    clock: Clock,
) -> User:
    """Return the user; raise `SignOnRefused`, `EmailTaken`, `UserDisabled` or `ProviderUnusable`.

    `issuer` is the answer's `iss` (RFC 9207), "" where the provider sends none; `browser` the secret of the start.
    """
    ticket, now = parse_ticket(state), clock()
    attempt = await providers.come_back(ticket, now) if ticket else None
    if attempt is None or attempt.provider_id != provider_id or not fits(attempt.browser_hash, browser):
        raise SignOnRefused("This sign-on was not begun in this browser, or is over.", hint="Begin again.")
    provider = await providers.get(attempt.tenant_id, provider_id)
    if not code or issuer not in ("", provider.issuer):
        raise SignOnRefused("The provider did not sign you on.", hint="Begin again, or ask its administrator.")
    claims = await oidc.claims(provider, redirect_uri, code, attempt.nonce, attempt.code_verifier)
    user = await providers.user_of(provider, person_of(provider, claims), now)
    if user.disabled_at is not None:
        raise UserDisabled("This account is disabled.", hint="Ask an owner or admin of your tenant.")
    return user
