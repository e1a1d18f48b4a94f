"""Credentials that a source renews while it is read."""

from collections.abc import Callable
from collections.abc import Mapping as Map
from typing import Protocol, runtime_checkable

from aam.ports.sources import Connector, Json, Source

StoredSession = Map[str, str]
"""What a connector keeps between readings beside the owner's credentials, e.g. a token; empty when it keeps nothing."""


class Credentials(Protocol):
    """The stored session of one connection, shared by every process that reads it. Blocks: call it in a thread."""

    def session(self) -> StoredSession:
        """What was stored last."""

    def renew(self, stale: StoredSession, fetch: Callable[[StoredSession], StoredSession]) -> StoredSession:
        """A session other than the stale one: another's, or what `fetch` makes of the stored one.

        Of all callers with the same stale session, in all processes, one fetches; what it fetched is stored before
        anybody uses it, and the others get it. What `fetch` raises reaches its caller and leaves the store as it was.
        """


@runtime_checkable
class RenewingConnector(Connector, Protocol):
    """A connector whose sources renew what they sign in with."""

    def open_renewing(self, public: Json, secret: Map[str, str], credentials: Credentials) -> Source:
        """The source behind the settings, with a place for its session."""
