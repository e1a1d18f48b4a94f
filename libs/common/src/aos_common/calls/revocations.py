"""Tokens that are refused before they expire: sessions ended, users disabled, roles changed, keys revoked.

Identity publishes each revocation on `identity:revoked`. A process reads the stream from one token's lifetime ago, so
it knows every revocation that an unexpired token can meet, and nothing older needs remembering.
"""

import math
from collections import OrderedDict
from uuid import UUID

from autonomos.events.v1.revocation_pb2 import RevocationEvent

from aos_common.auth import Caller
from aos_common.errors import Unauthenticated
from aos_common.streams import Event

__all__ = ["STREAM", "TOKEN_SECONDS", "Revocations"]

STREAM = "identity:revoked"
TOKEN_SECONDS = 900
"""No token lives longer; what was revoked before has expired."""
MAX_REMEMBERED = 100_000


class Revocations:
    """What was revoked within the last token lifetime; the handler of a tail of `identity:revoked`."""

    def __init__(self) -> None:
        # (tenant, "sub" or "sid", its value) → tokens issued up to this moment are refused
        self._until: OrderedDict[tuple[UUID, str, str], float] = OrderedDict()

    async def __call__(self, event: Event) -> None:
        """Take note of one revocation."""
        message = RevocationEvent.FromString(event.data)
        if message.session_id:
            # A session has one life: whatever names it is refused, however young the token.
            self._remember((event.tenant_id, "sid", message.session_id), math.inf)
        if message.subject:
            self._remember((event.tenant_id, "sub", message.subject), float(message.not_before))

    def _remember(self, key: tuple[UUID, str, str], until: float) -> None:
        self._until[key] = max(until, self._until.pop(key, 0.0))
        if len(self._until) > MAX_REMEMBERED:
            self._until.popitem(last=False)

    def refuse(self, caller: Caller) -> None:
        """Raise `Unauthenticated` when the caller's session or all their tokens were revoked."""
        if not self._until:
            return
        tenant = caller.tenant_id
        until = max(
            self._until.get((tenant, "sub", caller.subject), 0.0),
            self._until.get((tenant, "sid", caller.session), 0.0) if caller.session else 0.0,
        )
        if caller.issued_at <= until:
            raise Unauthenticated("This sign-in was ended.", hint="Sign in again.")
