"""What the knowledge base's use cases need from outside."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import numpy as np
import numpy.typing as npt

from nlp_gateway.domain.knowledge.block import Parsed
from nlp_gateway.domain.knowledge.collection import Access, Collection
from nlp_gateway.domain.knowledge.document import Document
from nlp_gateway.domain.knowledge.passage import Cut
from nlp_gateway.ports.passages import Reader

__all__ = [
    "Clock",
    "Collections",
    "Documents",
    "Embedding",
    "Index",
    "Parser",
    "Raw",
    "Staging",
    "Vector",
]

Clock = Callable[[], datetime]
Vector = npt.NDArray[np.float32]


class Collections(Protocol):
    """The collections of a tenant; a reader sees those whose access list admits them."""

    async def create(self, tenant_id: UUID, name: str, access: Access, at: datetime) -> Collection:
        """Add a collection; raises CollectionExists."""

    async def readable(self, reader: Reader) -> list[Collection]:
        """Return the collections that the reader may read, by name, with how many documents each has."""

    async def named(self, tenant_id: UUID, name: str) -> Collection | None:
        """Return a collection of any access by its name."""

    async def get(self, tenant_id: UUID, collection_id: UUID) -> Collection:
        """Return a collection of any access; raises CollectionNotFound."""

    async def grant(self, tenant_id: UUID, collection_id: UUID, access: Access) -> Collection:
        """Replace who may read it; raises CollectionNotFound."""

    async def delete(self, tenant_id: UUID, collection_id: UUID) -> None:
        """Delete an empty collection; raises CollectionNotFound, CollectionNotEmpty."""


class Documents(Protocol):
    """The documents of a tenant."""

    async def add(self, tenant_id: UUID, document: Document) -> None:
        """Store a queued document and the job that reads it in; raises DocumentExists, TooManyDocuments."""

    async def get(self, tenant_id: UUID, document_id: UUID) -> Document:
        """Return a document of any access; raises DocumentNotFound."""

    async def page(self, reader: Reader, collection: str, limit: int, before: UUID | None) -> list[Document]:
        """Return readable documents, newest first; of one collection, or of all for an empty name."""

    async def text(self, tenant_id: UUID, document_id: UUID, start: int, end: int) -> str:
        """Return characters [start, end) of the stored text."""

    async def fail(self, tenant_id: UUID, document_id: UUID, error: str, at: datetime) -> None:
        """End a document that cannot be read in, and drop what was staged of it."""

    async def delete(self, tenant_id: UUID, document_id: UUID) -> None:
        """Delete a document with its passages, postings and vectors; raises DocumentNotFound."""


class Staging(Protocol):
    """A document's passages before it is published: what a killed worker has done is not done again."""

    async def begin(self, tenant_id: UUID, document_id: UUID, title: str, text: str, cuts: Sequence[Cut]) -> None:
        """Store the redacted text and its passages, in place of any staged before."""

    async def started(self, tenant_id: UUID, document_id: UUID) -> bool:
        """Tell whether a worker came as far as `begin`."""

    async def without_vector(self, tenant_id: UUID, document_id: UUID, limit: int) -> list[Cut]:
        """Return the next passages that have no vector yet."""

    async def add_vectors(
        self, tenant_id: UUID, document_id: UUID, cuts: Sequence[Cut], vectors: Sequence[Vector]
    ) -> None:
        """Store vectors, and the progress with them."""


class Embedding(Protocol):
    """Makes vectors of texts, away from the loop."""

    async def embed(self, texts: Sequence[str]) -> Sequence[Vector]:
        """Return each text's unit vector of 384 numbers."""


class Index(Protocol):
    """What is searched."""

    async def publish(self, tenant_id: UUID, document_id: UUID, at: datetime) -> None:
        """Make a staged document searchable, in place of the one with the same source, in one transaction."""


class Parser(Protocol):
    """Reads files that nobody vouches for, in a process of its own, within bounds of time and memory."""

    async def parse(self, content: bytes, media_type: str) -> Parsed:
        """Return a file's text; raises ContentRefused, ParserFailed."""


class Raw(Protocol):
    """What was sent, as it was sent: kept until it is read in, and no longer, since it is not redacted."""

    async def put(self, tenant_id: UUID, document_id: UUID, content: bytes) -> None:
        """Keep a document's content."""

    async def get(self, tenant_id: UUID, document_id: UUID) -> bytes | None:
        """Return it, or None when it is gone."""

    async def delete(self, tenant_id: UUID, document_id: UUID) -> None:
        """Delete it, if it is there."""
