"""Documents of the knowledge base, and their way in."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

__all__ = ["Document", "DocumentState", "SourceKind", "passage_id"]


class DocumentState(StrEnum):
    """Where a document is on its way in; only READY ones are searched."""

    QUEUED = "queued"
    INGESTING = "ingesting"
    READY = "ready"
    FAILED = "failed"


class SourceKind(StrEnum):
    """How a document came."""

    UPLOAD = "upload"
    TEXT = "text"


@dataclass(frozen=True)
class Document:
    """One document. `bytes` and `sha256` are of what was sent; `characters` are of the stored, redacted text.

    A `source_uri` names where it came from: a newer version of the same URI replaces this one.
    `error` says why it failed, and what to do.
    """

    id: UUID
    collection_id: UUID
    collection: str
    title: str
    source_kind: SourceKind
    source_uri: str
    media_type: str
    sha256: bytes
    bytes: int
    state: DocumentState
    error: str
    chunks_done: int
    chunks_total: int
    characters: int
    created_at: datetime
    ended_at: datetime | None


def passage_id(document_id: UUID, ordinal: int) -> UUID:
    """The id of a document's passage: the same for as long as the document is kept."""
    return uuid5(document_id, str(ordinal))
