"""The collection that a caller names."""

from nlp_gateway.domain.knowledge.collection import DEFAULT, PLATFORM_DOCS, Access, Collection
from nlp_gateway.domain.knowledge.errors import CollectionExists, CollectionNotFound
from nlp_gateway.ports.knowledge import Clock, Collections
from nlp_gateway.ports.passages import Reader

__all__ = ["find_collection"]


async def find_collection(reader: Reader, name: str, *, collections: Collections, clock: Clock) -> Collection:
    """Return a collection that the reader may read; the two built-in ones are made when they are first named."""
    found = await collections.named(reader.tenant_id, name)
    if found is None and name in (DEFAULT, PLATFORM_DOCS):
        try:
            return await collections.create(reader.tenant_id, name, Access(), clock())
        except CollectionExists:  # somebody else was first
            found = await collections.named(reader.tenant_id, name)
    if found is None or not found.access.admits(reader.roles, reader.subject):
        raise CollectionNotFound(
            f"There is no collection {name!r} that you may read.", hint="aos kb collections lists those you may read."
        )
    return found
