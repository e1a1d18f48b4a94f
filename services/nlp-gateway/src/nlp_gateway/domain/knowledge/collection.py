"""Collections of documents, and who may read them."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

__all__ = ["DEFAULT", "PLATFORM_DOCS", "Access", "Collection"]

DEFAULT = "general"
"""Where documents go that name no collection; it is made at first use."""
PLATFORM_DOCS = "platform docs"
"""The platform's own documentation, copied into each tenant that wants it."""


@dataclass(frozen=True)
class Access:
    """Who may read a collection: anyone with one of these roles, and these subjects; both empty means everyone."""

    roles: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()

    def admits(self, roles: frozenset[str], subject: str) -> bool:
        """Tell whether a user of the tenant with these roles may read."""
        if not self.roles and not self.subjects:
            return True
        return subject in self.subjects or not roles.isdisjoint(self.roles)


@dataclass(frozen=True)
class Collection:
    """A named set of documents of one tenant."""

    id: UUID
    number: int
    name: str
    access: Access
    created_at: datetime
    documents: int = 0
