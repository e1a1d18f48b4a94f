"""One document, for whom its collection may be read."""

from uuid import UUID

from nlp_gateway.domain.knowledge.document import Document
from nlp_gateway.domain.knowledge.errors import DocumentNotFound
from nlp_gateway.ports.knowledge import Collections, Documents
from nlp_gateway.ports.passages import Reader

__all__ = ["find_document"]


async def find_document(
    reader: Reader, document_id: UUID, *, collections: Collections, documents: Documents
) -> Document:
    """Return a readable document; one that may not be read looks like one that is not there."""
    document = await documents.get(reader.tenant_id, document_id)
    collection = await collections.get(reader.tenant_id, document.collection_id)
    if not collection.access.admits(reader.roles, reader.subject):
        raise DocumentNotFound("There is no such document.", hint="aos kb list shows those you may read.")
    return document
