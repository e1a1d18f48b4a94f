"""The knowledge base's use cases with their ports filled in: what REST, gRPC and the worker call."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from aos_access.guard import require
from aos_access.roles import Permission, permissions_of
from aos_common.auth import Caller
from aos_common.errors import InvalidRequest
from aos_common.paging import decode_token, encode_token, page_size

from nlp_gateway.domain.knowledge.collection import Access, Collection
from nlp_gateway.domain.knowledge.document import Document
from nlp_gateway.domain.knowledge.errors import CollectionNotFound
from nlp_gateway.ports.knowledge import Collections
from nlp_gateway.ports.passages import Passage, Passages, Reader
from nlp_gateway.usecases.knowledge.add_document import Sent, add_document
from nlp_gateway.usecases.knowledge.delete_document import delete_document
from nlp_gateway.usecases.knowledge.find_document import find_document
from nlp_gateway.usecases.knowledge.ingest_document import Ingestion, ingest_document

__all__ = ["KnowledgeApi"]

LONGEST_QUESTION = 2000
MOST_PASSAGES = 100
MOST_NAMED = 100
MOST_TEXT = 20_000


@dataclass(frozen=True)
class KnowledgeApi:
    """The knowledge base, wired."""

    collections: Collections
    ingestion: Ingestion
    passages: Passages

    async def create_collection(self, caller: Caller, name: str, access: Access) -> Collection:
        """Add a collection."""
        require(caller, Permission.KNOWLEDGE_WRITE)
        named = _name(name)
        return await self.collections.create(caller.tenant_id, named, _checked(access), self.ingestion.clock())

    async def list_collections(self, caller: Caller) -> list[Collection]:
        """The collections that the caller may read."""
        require(caller, Permission.KNOWLEDGE_READ)
        return await self.collections.readable(_reader(caller))

    async def set_access(self, caller: Caller, collection_id: str, access: Access) -> Collection:
        """Replace who may read a collection; who manages users may always, so that no list locks everybody out."""
        require(caller, Permission.KNOWLEDGE_WRITE)
        found = await self._reachable(caller, collection_id)
        return await self.collections.grant(caller.tenant_id, found.id, _checked(access))

    async def delete_collection(self, caller: Caller, collection_id: str) -> None:
        """Delete an empty collection."""
        require(caller, Permission.KNOWLEDGE_WRITE)
        await self.collections.delete(caller.tenant_id, (await self._reachable(caller, collection_id)).id)

    async def add(self, caller: Caller, sent: Sent) -> Document:
        """Take a document in."""
        require(caller, Permission.KNOWLEDGE_WRITE)
        tools = self.ingestion
        return await add_document(
            _reader(caller),
            sent,
            collections=self.collections,
            documents=tools.documents,
            raw=tools.raw,
            clock=tools.clock,
        )

    async def document(self, caller: Caller, document_id: str) -> Document:
        """One document with its progress."""
        require(caller, Permission.KNOWLEDGE_READ)
        return await self._find(caller, document_id)

    async def text(self, caller: Caller, document_id: str, start: int, end: int) -> str:
        """Characters of a document's stored text."""
        require(caller, Permission.KNOWLEDGE_READ)
        if not 0 <= start <= end <= start + MOST_TEXT:
            raise InvalidRequest(f"Ask for {MOST_TEXT:,} characters at most.", hint="Set start and end.")
        found = await self._find(caller, document_id)
        return await self.ingestion.documents.text(caller.tenant_id, found.id, start, end)

    async def list_documents(
        self, caller: Caller, collection: str, size: int, token: str
    ) -> tuple[list[Document], str]:
        """A page of documents, newest first, and the token of the next."""
        require(caller, Permission.KNOWLEDGE_READ)
        limit, place = page_size(size), decode_token(token, 1)
        before = parse_id(str(place[0])) if place else None
        found = await self.ingestion.documents.page(_reader(caller), collection, limit + 1, before)
        return found[:limit], encode_token([str(found[limit - 1].id)]) if len(found) > limit else ""

    async def delete(self, caller: Caller, document_id: str) -> None:
        """Delete a document."""
        require(caller, Permission.KNOWLEDGE_WRITE)
        tools = self.ingestion
        await delete_document(
            _reader(caller),
            parse_id(document_id),
            collections=self.collections,
            documents=tools.documents,
            raw=tools.raw,
        )

    async def search(self, caller: Caller, question: str, limit: int, collections: Sequence[str]) -> Sequence[Passage]:
        """The best passages."""
        require(caller, Permission.KNOWLEDGE_READ)
        if not 1 <= len(question.strip()) <= LONGEST_QUESTION or "\x00" in question:
            raise InvalidRequest(f"A question has 1 to {LONGEST_QUESTION:,} characters, and no NUL.")
        if not 0 <= limit <= MOST_PASSAGES or len(collections) > MOST_NAMED:
            raise InvalidRequest(f"limit is {MOST_PASSAGES} at most, and so are the collections.")
        return await self.passages.search(_reader(caller), question, limit=limit or 8, collections=list(collections))

    async def ingest(self, tenant_id: UUID, document_id: UUID) -> None:
        """Read a document in."""
        await ingest_document(tenant_id, document_id, self.ingestion)

    async def give_up(self, tenant_id: UUID, document_id: UUID, error: str) -> None:
        """End a document that cannot be read in; nothing of it stays but its row."""
        tools = self.ingestion
        await tools.documents.fail(tenant_id, document_id, error, tools.clock())
        await tools.raw.delete(tenant_id, document_id)

    async def _find(self, caller: Caller, document_id: str) -> Document:
        return await find_document(
            _reader(caller),
            parse_id(document_id),
            collections=self.collections,
            documents=self.ingestion.documents,
        )

    async def _reachable(self, caller: Caller, collection_id: str) -> Collection:
        found = await self.collections.get(caller.tenant_id, parse_id(collection_id))
        manages = Permission.USERS_MANAGE in permissions_of(caller.roles)
        if not manages and not found.access.admits(caller.roles, caller.subject):
            raise CollectionNotFound(
                "There is no such collection.", hint="aos kb collections lists those you may read."
            )
        return found


def _reader(caller: Caller) -> Reader:
    return Reader(caller.tenant_id, caller.subject, caller.roles)


def _name(name: str) -> str:
    shown = " ".join(name.split())
    if not 1 <= len(shown) <= 100 or "\x00" in shown:
        raise InvalidRequest("A collection's name has 1 to 100 characters, and no NUL.")
    return shown


def _checked(access: Access) -> Access:
    entries = (*access.roles, *access.subjects)
    if len(entries) > MOST_NAMED or any(not 1 <= len(entry) <= 100 or "\x00" in entry for entry in entries):
        raise InvalidRequest(f"An access list names {MOST_NAMED} roles and users at most, in 1 to 100 characters each.")
    return access


def parse_id(text: str) -> UUID:
    """A UUID from a request; `InvalidRequest` for anything else."""
    try:
        return UUID(text)
    except ValueError:
        raise InvalidRequest("The id is not a UUID.", hint="Use an id that this API gave out.") from None
