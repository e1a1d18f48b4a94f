"""Passages of the knowledge base that answer a question."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True)
class Reader:
    """For whom passages are looked up: the verified tenant, and what access lists of collections name."""

    tenant_id: UUID
    subject: str
    roles: frozenset[str]


@dataclass(frozen=True)
class Passage:
    """A part of a stored document. `start` and `end` are characters of the document's stored (redacted) text."""

    document_id: UUID
    chunk_id: UUID
    title: str
    headings: tuple[str, ...]
    text: str
    start: int
    end: int
    score: float


class Passages(Protocol):
    """Finds passages; a reader sees only collections whose access list admits them."""

    async def search(
        self, reader: Reader, question: str, *, limit: int = 8, collections: Sequence[str] = ()
    ) -> Sequence[Passage]:
        """Return the best passages, best first; `collections` narrows to these names."""
