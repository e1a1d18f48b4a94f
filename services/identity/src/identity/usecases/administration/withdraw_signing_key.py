"""Withdraw a signing key at once: whatever it signed is refused."""

from identity.domain.errors import SigningKeyUnknown
from identity.domain.signing_key import signing
from identity.ports import Clock, SigningKeys


async def withdraw_signing_key(kid: str, *, keys: SigningKeys, clock: Clock) -> None:
    """Withdraw a key that another one has replaced; raise `SigningKeyUnknown` for the one that signs, or for none."""
    current = signing(await keys.load(), clock())
    if current is not None and current.kid == kid:
        raise SigningKeyUnknown(
            "This key signs now; withdrawn, nobody could sign in.",
            hint="Rotate first, wait ten seconds, then withdraw it.",
        )
    if not await keys.withdraw(kid, clock()):
        raise SigningKeyUnknown(f"There is no published key {kid[:60]!r}.", hint="See: python -m identity keys list")
