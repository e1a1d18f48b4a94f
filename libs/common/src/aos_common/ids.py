"""Identifiers: UUIDv7, ordered by time of creation (RFC 9562)."""

from uuid import NAMESPACE_URL, UUID, uuid5

import uuid_utils.compat as uuid_utils

__all__ = ["derived_id", "new_id"]


def new_id() -> UUID:
    """Return a new UUIDv7."""
    return uuid_utils.uuid7()


def derived_id(*parts: object) -> UUID:
    """Return the same UUIDv5 for the same parts, so that repeated work names its results alike."""
    return uuid5(NAMESPACE_URL, "\x1f".join(str(part) for part in parts))
