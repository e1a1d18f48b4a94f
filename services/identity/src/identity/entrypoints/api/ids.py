"""Ids from outside."""

from uuid import UUID

from aos_common.errors import InvalidRequest


def parse_id(text: str) -> UUID:
    """Return the id; raise `InvalidRequest` when it is not one."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest(f"{text[:100]!r} is not an id.", hint="Ids are UUIDs.") from None
