"""The audit log, feature flags and signing keys."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from identity.domain.audit import Entry, Filter, Head, Linked
from identity.domain.flag import Choice
from identity.domain.signing_key import SigningKey


class AuditLog(Protocol):
    """The tenants' audit logs; entries are added and never changed."""

    async def append(self, entry: Entry) -> bool:
        """Add an entry at the end of its tenant's chain (its `seq` is given there); False when the call is in it."""

    async def part(self, tenant_id: UUID, after: int, size: int) -> list[Linked]:
        """Return entries in the order of the chain, those after a number."""

    async def page(self, tenant_id: UUID, wanted: Filter, size: int, before: int | None) -> list[Linked]:
        """Return entries that match, newest first, those before a number."""

    async def head(self, tenant_id: UUID) -> Head | None:
        """Return the sealed end of the chain."""


class Flags(Protocol):
    """What tenants chose about feature flags."""

    async def choices(self, tenant_id: UUID) -> list[Choice]:
        """Return the tenant's choices."""

    async def choose(self, tenant_id: UUID, name: str, enabled: bool | None, changed_by: str, now: datetime) -> None:
        """Store a choice, or forget it (None), and tell every process."""


class SigningKeys(Protocol):
    """The keys that sign access tokens, shared by all replicas."""

    async def load(self) -> list[SigningKey]:
        """Return all keys."""

    async def add(self, signs_from: datetime, now: datetime) -> SigningKey:
        """Make and store a key that signs from a moment on."""

    async def withdraw(self, kid: str, now: datetime) -> bool:
        """Withdraw a key; False when there is none with the id that was not withdrawn before."""
