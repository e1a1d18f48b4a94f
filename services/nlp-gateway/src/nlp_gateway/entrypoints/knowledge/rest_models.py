"""What REST takes and gives; fields are those of the protobuf messages."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, Field

from nlp_gateway.domain.knowledge.collection import Access, Collection
from nlp_gateway.domain.knowledge.document import Document
from nlp_gateway.ports.passages import Passage


class AccessBody(BaseModel):
    """Who may read a collection; both lists empty means everybody in the tenant."""

    roles: list[str] = Field(default_factory=list, max_length=100, description="Roles that may read it.")
    subjects: list[str] = Field(default_factory=list, max_length=100, description="Users that may read it, by id.")

    def access(self) -> Access:
        """As the rules have it."""
        return Access(tuple(dict.fromkeys(self.roles)), tuple(dict.fromkeys(self.subjects)))


class CollectionBody(AccessBody):
    """Asks for a new collection."""

    name: str = Field(min_length=1, max_length=100, description="Unique in the tenant.")


class TextBody(BaseModel):
    """A document as text."""

    text: str = Field(min_length=1, max_length=2_000_000, description="The document.")
    collection: str = Field("", max_length=100, description="Name of the collection; general when empty.")
    title: str = Field("", max_length=1000, description="What to call it; taken from the text when empty.")
    source_uri: str = Field("", max_length=1000, description="Where it comes from; a later one replaces it.")
    media_type: str = Field("text/plain", max_length=100, description="text/plain, text/markdown, text/html, text/csv.")


class SearchBody(BaseModel):
    """A question to the knowledge base."""

    question: str = Field(min_length=1, max_length=2000, description="In plain words.")
    limit: int = Field(8, ge=1, le=100, description="Passages, at most.")
    collections: list[str] = Field(default_factory=list, max_length=100, description="Names; all when empty.")


class CollectionOut(BaseModel):
    """A collection."""

    id: str
    name: str
    roles: list[str]
    subjects: list[str]
    documents: int
    create_time: datetime

    @classmethod
    def of(cls, one: Collection) -> Self:
        """As it is shown."""
        return cls(
            id=str(one.id),
            name=one.name,
            roles=list(one.access.roles),
            subjects=list(one.access.subjects),
            documents=one.documents,
            create_time=one.created_at,
        )


class CollectionsOut(BaseModel):
    """The collections that the caller may read."""

    collections: list[CollectionOut]


class DocumentOut(BaseModel):
    """A document and its way in."""

    id: str
    collection: str
    title: str
    source_kind: str
    source_uri: str
    media_type: str
    sha256: str
    bytes: int
    state: str
    error: str
    chunks_done: int
    chunks_total: int
    characters: int
    create_time: datetime
    end_time: datetime | None

    @classmethod
    def of(cls, one: Document) -> Self:
        """As it is shown."""
        same = ("collection", "title", "source_uri", "media_type", "bytes", "error", "chunks_done", "chunks_total")
        return cls(
            **{name: getattr(one, name) for name in same},
            id=str(one.id),
            source_kind=one.source_kind.value,
            sha256=one.sha256.hex(),
            state=one.state.value,
            characters=one.characters,
            create_time=one.created_at,
            end_time=one.ended_at,
        )


class DocumentPage(BaseModel):
    """A page of documents."""

    documents: list[DocumentOut]
    next_page_token: str


class TextOut(BaseModel):
    """A part of a document's stored text."""

    text: str


class PassageOut(BaseModel):
    """A part of a document: characters [start, end) of its stored text."""

    document_id: str
    chunk_id: str
    title: str
    headings: list[str]
    text: str
    start: int
    end: int
    score: float

    @classmethod
    def of(cls, one: Passage) -> Self:
        """As it is shown."""
        ids = {"document_id": str(one.document_id), "chunk_id": str(one.chunk_id)}
        return cls(**{**vars(one), **ids, "headings": list(one.headings)})


class PassagesOut(BaseModel):
    """What was found, best first."""

    passages: list[PassageOut]
