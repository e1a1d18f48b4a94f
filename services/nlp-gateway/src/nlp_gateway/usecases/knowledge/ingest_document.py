"""Reading a document in: parse, redact, cut, embed, publish. Each step is kept, so that another worker continues."""

from dataclasses import dataclass
from uuid import UUID

from nlp_gateway.domain.knowledge.block import Parsed
from nlp_gateway.domain.knowledge.cleaning import cleaned, in_one
from nlp_gateway.domain.knowledge.cutting import assemble
from nlp_gateway.domain.knowledge.document import Document, DocumentState
from nlp_gateway.domain.knowledge.errors import ContentRefused, DocumentNotFound
from nlp_gateway.domain.knowledge.passage import indexed
from nlp_gateway.ports.knowledge import Clock, Documents, Embedding, Index, Parser, Raw, Staging
from nlp_gateway.ports.redaction import Redactor

__all__ = ["Ingestion", "ingest_document"]

_AT_ONCE = 16
"""Passages between two progress marks; a worker that dies loses the vectors of so many."""


@dataclass(frozen=True)
class Ingestion:
    """What reading in needs."""

    documents: Documents
    raw: Raw
    parser: Parser
    redactor: Redactor
    staging: Staging
    embedding: Embedding
    index: Index
    clock: Clock


async def ingest_document(tenant_id: UUID, document_id: UUID, tools: Ingestion) -> None:
    """Bring a document in, from wherever an earlier worker came to.

    Raises ContentRefused, ParserFailed, and RedactionUnavailable: nothing is stored of a text that was not looked
    through. May run twice at once, which doubles nothing.
    """
    try:
        document = await tools.documents.get(tenant_id, document_id)
    except DocumentNotFound:
        await tools.raw.delete(tenant_id, document_id)
        return
    if document.state in (DocumentState.QUEUED, DocumentState.INGESTING):
        if not await tools.staging.started(tenant_id, document_id):
            await _stage(tenant_id, document, tools)
        await _embed(tenant_id, document_id, tools)
        await tools.index.publish(tenant_id, document_id, tools.clock())
    await tools.raw.delete(tenant_id, document_id)


async def _stage(tenant_id: UUID, document: Document, tools: Ingestion) -> None:
    content = await tools.raw.get(tenant_id, document.id)
    if content is None:
        raise ContentRefused("What was sent is no longer there.", hint="Send the document again.")
    parsed = await tools.parser.parse(content, document.media_type)
    named = Parsed(document.title or parsed.title or _first_words(parsed), parsed.blocks)
    [redacted] = await tools.redactor.redact([in_one(named)])
    clean = cleaned(named, ((span.start, span.end, span.kind) for span in redacted.spans))
    text, cuts = assemble(clean.blocks)
    await tools.staging.begin(tenant_id, document.id, clean.title, text, cuts)


def _first_words(parsed: Parsed) -> str:
    return " ".join(parsed.blocks[0].text.split()[:8])


async def _embed(tenant_id: UUID, document_id: UUID, tools: Ingestion) -> None:
    title = (await tools.documents.get(tenant_id, document_id)).title
    while cuts := await tools.staging.without_vector(tenant_id, document_id, _AT_ONCE):
        vectors = await tools.embedding.embed([indexed(title, cut.headings, cut.text) for cut in cuts])
        await tools.staging.add_vectors(tenant_id, document_id, cuts, vectors)
