"""Argon2id with the OWASP profile (19 MiB, 2 passes), a few at once, off the event loop."""

import asyncio

from aos_common.resilience import Bulkhead
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError


class Argon2Hasher:
    """The `PasswordHasher` port: `limit` hashes at once, `queue` waiting, then `Overloaded`."""

    def __init__(self, limit: int = 2, queue: int = 50) -> None:
        self._argon2 = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
        self._bulkhead = Bulkhead("sign-ins", limit, queue)
        # Verified against when the address is unknown, so that both answers take equally long.
        self._decoy = self._argon2.hash("no password fits this")

    async def hash(self, password: str) -> str:
        """Return a new hash."""
        async with self._bulkhead.slot():
            return await asyncio.to_thread(self._argon2.hash, password)

    async def verify(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password fits; takes as long when there is no hash."""
        async with self._bulkhead.slot():
            fits = await asyncio.to_thread(self._fits, password_hash or self._decoy, password)
        return fits and password_hash is not None

    def _fits(self, password_hash: str, password: str) -> bool:
        try:
            return self._argon2.verify(password_hash, password)
        except (VerifyMismatchError, InvalidHashError):
            return False
