"""Failed sign-ins, counted in Valkey for a quarter of an hour.

Three counters, each of which expires by itself:

| of | limit | why |
|---|---|---|
| an account from one address | 10 | guessing one person's password |
| an address | 100 | trying one password on many accounts |
| an account from everywhere | 50 | guessing from many addresses; not asked where the account has a session from there |

So an attacker slows down strangers and themselves, never the person at their usual place; anybody else gets in by the
reset mail (which forgets no counter: they expire) or a quarter of an hour later. Without Valkey nothing is counted and
sign-in goes on: the gateway's limits and the cost of the hash remain.
"""

import hashlib
from collections.abc import Awaitable, Callable

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

from identity.domain.errors import TooManyAttempts

log = structlog.get_logger()

SECONDS = TooManyAttempts.retry_after
PAIR_LIMIT, ACCOUNT_LIMIT = 10, 50


class ValkeyAttempts:
    """The `Attempts` port."""

    def __init__(self, redis: "Redis", address_limit: int = 100) -> None:
        self._redis = redis
        self._address_limit = address_limit

    async def check(self, account: str, address: str, known: Callable[[], Awaitable[bool]]) -> None:
        """Raise `TooManyAttempts` when a counter is at its limit."""
        try:
            pair, place, everywhere = (int(n or 0) for n in await self._redis.mget(_keys(account, address)))
        except RedisError as error:
            log.warning("attempts.unread", error=type(error).__name__)
            return
        if pair >= PAIR_LIMIT or place >= self._address_limit or (everywhere >= ACCOUNT_LIMIT and not await known()):
            raise TooManyAttempts(
                "Too many sign-ins have failed.", hint="Wait a quarter of an hour, or reset the password by mail."
            )

    async def failed(self, account: str, address: str) -> None:
        """Count a failure; the first of a counter starts its quarter of an hour."""
        pipeline = self._redis.pipeline(transaction=False)
        for key in _keys(account, address):
            # SET NX before INCR: a counter without an end cannot come to be, whatever is lost in between.
            pipeline.set(key, 0, ex=SECONDS, nx=True)
            pipeline.incr(key)
        try:
            await pipeline.execute()
        except RedisError as error:
            log.warning("attempts.uncounted", error=type(error).__name__)

    async def succeeded(self, account: str, address: str) -> None:
        """Forget what failed for this account from here; the other two also count what others did."""
        try:
            await self._redis.delete(_keys(account, address)[0])
        except RedisError as error:
            log.warning("attempts.unforgotten", error=type(error).__name__)


def _keys(account: str, address: str) -> list[str]:
    """Return the names of the counters: of the pair, the address and the account; addresses are not kept readable."""
    named = (f"pair:{account}|{address}", f"address:{address}", f"account:{account}")
    return [f"identity:failed:{hashlib.sha256(name.encode()).hexdigest()}" for name in named]
