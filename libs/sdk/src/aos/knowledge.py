"""The knowledge base: documents in collections, and passages of them that answer questions."""

from collections.abc import Iterator, Sequence
from typing import Any

from aos.transport import Transport

__all__ = ["Knowledge"]

_BASE = "/api/v1/nlp/kb"


class Knowledge:
    """What a tenant has written down."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def add(
        self, content: bytes, *, name: str = "", collection: str = "", title: str = "", source_uri: str = ""
    ) -> Any:
        """Send a file; it is read in in the background. A later one with the same `source_uri` replaces it."""
        named = {"name": name, "collection": collection, "title": title, "source_uri": source_uri}
        params = {key: value for key, value in named.items() if value}
        return self._transport.send("POST", f"{_BASE}/files", params=params, content=content)

    def add_text(
        self, text: str, *, collection: str = "", title: str = "", source_uri: str = "", media_type: str = "text/plain"
    ) -> Any:
        """Send a document as text."""
        named = {"collection": collection, "title": title, "source_uri": source_uri, "media_type": media_type}
        return self._transport.post(f"{_BASE}/documents", {"text": text, **named})

    def list(self, collection: str = "") -> Iterator[Any]:
        """Yield the documents that one may read, newest first."""
        yield from self._transport.pages(f"{_BASE}/documents", "documents", collection=collection)

    def get(self, document_id: str) -> Any:
        """Return one document with its progress."""
        return self._transport.get(f"{_BASE}/documents/{document_id}")

    def text(self, document_id: str, start: int, end: int) -> str:
        """Return characters [start, end) of a document's stored text: what a citation points at."""
        answer = self._transport.get(f"{_BASE}/documents/{document_id}/text", start=start, end=end)
        return str(answer["text"])

    def delete(self, document_id: str) -> None:
        """Delete a document, and everything that came of it."""
        self._transport.delete(f"{_BASE}/documents/{document_id}")

    def search(self, question: str, *, limit: int = 8, collections: Sequence[str] = ()) -> Any:
        """Return the passages that answer a question best."""
        body = {"question": question, "limit": limit, "collections": list(collections)}
        return self._transport.post(f"{_BASE}/search", body)["passages"]

    def collections(self) -> Any:
        """Return the collections that one may read."""
        return self._transport.get(f"{_BASE}/collections")["collections"]

    def create_collection(self, name: str, *, roles: Sequence[str] = (), subjects: Sequence[str] = ()) -> Any:
        """Add a collection; without roles and users everybody in the tenant may read it."""
        body = {"name": name, "roles": list(roles), "subjects": list(subjects)}
        return self._transport.post(f"{_BASE}/collections", body)

    def set_access(self, collection_id: str, *, roles: Sequence[str] = (), subjects: Sequence[str] = ()) -> Any:
        """Replace who may read a collection."""
        body = {"roles": list(roles), "subjects": list(subjects)}
        return self._transport.put(f"{_BASE}/collections/{collection_id}/access", body)

    def delete_collection(self, collection_id: str) -> None:
        """Delete an empty collection."""
        self._transport.delete(f"{_BASE}/collections/{collection_id}")
