"""Exchange an API key for an access token."""

from identity.domain.credentials.service_account import parse_key
from identity.ports import Clock, ServiceAccounts, Signer
from identity.usecases.issue_tokens import ACCESS_LIFETIME


async def exchange_key(
    text: str, *, service_accounts: ServiceAccounts, signer: Signer, clock: Clock
) -> tuple[str, int]:
    """Return an access token whose session is the key, and the seconds it lives; raise `KeyRefused`."""
    now = clock()
    account, key = await service_accounts.use_key(parse_key(text), now)
    left = int((key.expires_at - now).total_seconds()) if key.expires_at else ACCESS_LIFETIME
    lifetime = max(1, min(ACCESS_LIFETIME, left))
    token = signer.sign(
        tenant_id=account.tenant_id,
        subject=str(account.id),
        roles=account.roles,
        lifetime=lifetime,
        session=str(key.id),
    )
    return token, lifetime
