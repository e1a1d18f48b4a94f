"""Taking a document in: checked and kept at once, read in by a job."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from uuid import UUID

from aos_common.errors import InvalidRequest
from aos_common.ids import new_id

from nlp_gateway.domain.knowledge.collection import DEFAULT
from nlp_gateway.domain.knowledge.document import Document, DocumentState, SourceKind
from nlp_gateway.domain.knowledge.errors import ContentRefused
from nlp_gateway.domain.knowledge.media import TITLED, media_type_of
from nlp_gateway.ports.knowledge import Clock, Collections, Documents, Raw
from nlp_gateway.ports.passages import Reader
from nlp_gateway.usecases.knowledge.find_collection import find_collection

__all__ = ["MOST_BYTES", "Sent", "add_document"]

MOST_BYTES = 10 * 1024 * 1024
_LONGEST = 1000


@dataclass(frozen=True)
class Sent:
    """A document as it was sent. What is empty of the first five is found out, or has no meaning for it.

    `source_uri` names where it comes from: what is sent later with the same one replaces this.
    """

    collection: str
    title: str
    source_uri: str
    media_type: str
    name: str
    content: bytes
    kind: SourceKind = SourceKind.UPLOAD


async def add_document(
    reader: Reader, sent: Sent, *, collections: Collections, documents: Documents, raw: Raw, clock: Clock
) -> Document:
    """Return the queued document; raises ContentRefused, CollectionNotFound, DocumentExists, TooManyDocuments."""
    if not sent.content.strip():
        raise ContentRefused("The document is empty.", hint="Send some text.")
    if len(sent.content) > MOST_BYTES:
        raise ContentRefused("The file is larger than 10 MB.", hint="Split it into several files.")
    if any(len(text) > _LONGEST or "\x00" in text for text in (sent.title, sent.source_uri, sent.name)):
        raise InvalidRequest(f"Title, source and name have {_LONGEST} characters at most, and no NUL.")
    collection = await find_collection(reader, sent.collection or DEFAULT, collections=collections, clock=clock)
    media_type = media_type_of(sent.media_type, sent.name, sent.content)
    document = Document(
        id=new_id(),
        collection_id=collection.id,
        collection=collection.name,
        title=sent.title or ("" if media_type in TITLED else PurePosixPath(sent.name).name),
        source_kind=sent.kind,
        source_uri=sent.source_uri,
        media_type=media_type,
        sha256=sha256(sent.content).digest(),
        bytes=len(sent.content),
        state=DocumentState.QUEUED,
        error="",
        chunks_done=0,
        chunks_total=0,
        characters=0,
        created_at=clock(),
        ended_at=None,
    )
    await _keep(reader.tenant_id, document, sent.content, documents=documents, raw=raw)
    return document


async def _keep(tenant_id: UUID, document: Document, content: bytes, *, documents: Documents, raw: Raw) -> None:
    """The content first: a job that finds its document finds the content, too."""
    await raw.put(tenant_id, document.id, content)
    try:
        await documents.add(tenant_id, document)
    except BaseException:
        await raw.delete(tenant_id, document.id)
        raise
