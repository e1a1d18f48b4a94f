"""Named failures of the knowledge base."""

from aos_common.errors import DomainError, Kind

__all__ = [
    "CollectionExists",
    "CollectionNotEmpty",
    "CollectionNotFound",
    "ContentRefused",
    "DocumentExists",
    "DocumentNotFound",
    "ParserFailed",
    "TooManyDocuments",
]


class CollectionNotFound(DomainError):
    """No collection of that name or id, or none that the caller may read."""

    reason = "COLLECTION_NOT_FOUND"
    kind = Kind.NOT_FOUND


class CollectionExists(DomainError):
    """The name is taken."""

    reason = "COLLECTION_EXISTS"
    kind = Kind.CONFLICT


class CollectionNotEmpty(DomainError):
    """A collection with documents is not deleted."""

    reason = "COLLECTION_NOT_EMPTY"
    kind = Kind.PRECONDITION


class DocumentNotFound(DomainError):
    """No document of that id, or none that the caller may read."""

    reason = "DOCUMENT_NOT_FOUND"
    kind = Kind.NOT_FOUND


class DocumentExists(DomainError):
    """The same content is in the collection already."""

    reason = "DOCUMENT_EXISTS"
    kind = Kind.CONFLICT


class TooManyDocuments(DomainError):
    """Too many documents of the tenant wait to be read in."""

    reason = "TOO_MANY_DOCUMENTS"
    kind = Kind.EXHAUSTED
    retry_after = 30


class ContentRefused(DomainError):
    """A file is not what it says it is, is damaged, or is larger inside than what is read."""

    reason = "CONTENT_REFUSED"
    kind = Kind.INVALID


class ParserFailed(DomainError):
    """The process that reads files ended, or ran out of its time or memory."""

    reason = "PARSER_FAILED"
    kind = Kind.INVALID
