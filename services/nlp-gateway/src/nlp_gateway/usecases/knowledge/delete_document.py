"""Deleting a document: nothing of it is left."""

from uuid import UUID

from nlp_gateway.ports.knowledge import Collections, Documents, Raw
from nlp_gateway.ports.passages import Reader
from nlp_gateway.usecases.knowledge.find_document import find_document

__all__ = ["delete_document"]


async def delete_document(
    reader: Reader, document_id: UUID, *, collections: Collections, documents: Documents, raw: Raw
) -> None:
    """Delete a readable document with its passages, what finds them, and what was sent; raises DocumentNotFound."""
    await find_document(reader, document_id, collections=collections, documents=documents)
    await raw.delete(reader.tenant_id, document_id)
    await documents.delete(reader.tenant_id, document_id)
