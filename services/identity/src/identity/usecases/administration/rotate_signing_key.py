"""Replace the signing key, with an overlap in which both verify."""

from datetime import timedelta

from identity.domain.signing_key import PUBLISH_BEFORE, SigningKey, signing
from identity.ports import Clock, SigningKeys


async def rotate_signing_key(*, keys: SigningKeys, clock: Clock, older_than: timedelta | None = None) -> SigningKey:
    """Publish a new key that signs a few seconds later and return it; the very first one signs at once.

    With `older_than` the newest key is replaced only when it is older; otherwise it is returned.
    """
    now = clock()
    known = await keys.load()
    if signing(known, now) is None and not any(key.withdrawn_at is None for key in known):
        return await keys.add(now, now)
    newest = max((key for key in known if key.withdrawn_at is None), key=lambda key: key.signs_from)
    if older_than is not None and now - newest.created_at < older_than:
        return newest
    return await keys.add(now + PUBLISH_BEFORE, now)
