"""A knowledge base whose vectors are made up, so that its tests need no model."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import numpy.typing as npt
import pytest
from aos_common.db import Database
from aos_common.ids import new_id
from nlp_gateway.adapters.knowledge.collections import PostgresCollections
from nlp_gateway.adapters.knowledge.documents import PostgresDocuments
from nlp_gateway.adapters.knowledge.index import PostgresIndex
from nlp_gateway.adapters.knowledge.search import PostgresPassages
from nlp_gateway.adapters.knowledge.staging import PostgresStaging
from nlp_gateway.domain.knowledge.collection import Access, Collection
from nlp_gateway.domain.knowledge.document import Document, DocumentState, SourceKind
from nlp_gateway.domain.knowledge.passage import Cut
from nlp_gateway.ports.passages import Passage, Reader


def vector_of(text: str) -> npt.NDArray[np.float32]:
    """A unit vector that depends on the text's words alone: texts with words in common are near."""
    total = np.zeros(384, dtype=np.float32)
    for word in text.lower().split():
        seed = int.from_bytes(hashlib.sha256(word.encode()).digest()[:4])
        total += np.random.default_rng(seed).standard_normal(384).astype(np.float32)
    return total / max(float(np.linalg.norm(total)), 1e-9)


class WordVectors:
    """An embedder without a model."""

    async def embed(self, texts: Sequence[str]) -> list[npt.NDArray[np.float32]]:
        return [vector_of(text) for text in texts]


class Knowledge:
    """One tenant's knowledge base."""

    def __init__(self, database: Database, tenant: UUID | None = None) -> None:
        self.database, self.tenant = database, tenant or uuid4()
        self.collections = PostgresCollections(database)
        self.documents = PostgresDocuments(database, most_unfinished=1000)
        self.staging, self.index = PostgresStaging(database), PostgresIndex(database)
        self.passages = PostgresPassages(database, WordVectors())

    async def collection(self, name: str = "general", access: Access | None = None) -> Collection:
        return await self.collections.named(self.tenant, name) or await self.collections.create(
            self.tenant, name, access or Access(), datetime.now(UTC)
        )

    async def stage(
        self, *texts: str, collection: str = "general", title: str = "A title", source: str = "", vectors: bool = True
    ) -> UUID:
        """Add a document of these passages, up to its publication."""
        place = await self.collection(collection)
        document = self.document(place, "\n\n".join(texts), source)
        await self.documents.add(self.tenant, document)
        cuts = [Cut(number, ("Heading",), 0, len(text), text) for number, text in enumerate(texts)]
        await self.staging.begin(self.tenant, document.id, title, "\n\n".join(texts), cuts)
        if vectors:
            made = [vector_of(text) for text in texts]
            await self.staging.add_vectors(self.tenant, document.id, cuts, made)
        return document.id

    async def add(self, *texts: str, **arguments: Any) -> UUID:
        """Add a document of these passages, to the end."""
        document_id = await self.stage(*texts, **arguments)
        await self.index.publish(self.tenant, document_id, datetime.now(UTC))
        return document_id

    async def search(
        self, question: str, limit: int = 8, collections: Sequence[str] = (), roles: tuple[str, ...] = (), who: str = ""
    ) -> list[Passage]:
        reader = Reader(self.tenant, who, frozenset(roles))
        return list(await self.passages.search(reader, question, limit=limit, collections=collections))

    @staticmethod
    def document(place: Collection, text: str, source: str = "") -> Document:
        digest = hashlib.sha256(text.encode()).digest()
        plain = Document(
            new_id(), place.id, place.name, "", SourceKind.TEXT, "", "text/plain", digest, len(text),
            DocumentState.QUEUED, "", 0, 0, 0, datetime.now(UTC), None,
        )  # fmt: skip
        return replace(plain, source_uri=source)


@pytest.fixture
def knowledge(database: Database) -> Knowledge:
    return Knowledge(database)
