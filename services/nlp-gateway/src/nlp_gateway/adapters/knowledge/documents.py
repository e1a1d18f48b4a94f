"""Documents in PostgreSQL."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from aos_common.jobs import enqueue

from nlp_gateway.adapters.knowledge.collections import READABLE, lock_corpus
from nlp_gateway.adapters.knowledge.forgetting import forget, unstage
from nlp_gateway.domain.knowledge.document import Document, DocumentState, SourceKind
from nlp_gateway.domain.knowledge.errors import DocumentExists, DocumentNotFound, TooManyDocuments
from nlp_gateway.ports.passages import Reader

__all__ = ["INGEST", "PostgresDocuments"]

INGEST = "ingest_document"
"""The kind of the job that reads a document in."""
UNFINISHED = "state IN ('queued', 'ingesting')"
_COLUMNS = """d.id, d.collection_id, c.name AS collection, d.title, d.source_kind, d.source_uri, d.media_type, d.sha256,
    d.bytes, d.state, d.error, d.chunks_done, d.chunks_total, d.characters, d.created_at, d.ended_at"""
_FROM = """FROM documents d JOIN collections c ON c.tenant_id = d.tenant_id AND c.id = d.collection_id
    WHERE d.tenant_id = :tenant"""
_INSERT = """INSERT INTO documents (tenant_id, id, collection_id, title, source_kind, source_uri, media_type, sha256,
    bytes, state, error, chunks_done, chunks_total, characters, text, created_at)
    VALUES (:tenant, :id, :collection_id, :title, :source_kind, :source_uri, :media_type, :sha256, :bytes, 'queued', '',
    0, 0, 0, '', :created_at) ON CONFLICT DO NOTHING"""


class PostgresDocuments:
    """The `Documents` port."""

    def __init__(self, database: Database, most_unfinished: int) -> None:
        self._database, self._most = database, most_unfinished

    async def add(self, tenant_id: UUID, document: Document) -> None:
        """Store a queued document and the job that reads it in; raises DocumentExists, TooManyDocuments."""
        names = ("id", "collection_id", "title", "source_uri", "media_type", "sha256", "bytes", "created_at")
        values = {name: getattr(document, name) for name in names}
        waiting = sa.text(f"SELECT count(*) FROM documents WHERE tenant_id = :tenant AND {UNFINISHED}")
        async with self._database.tenant_tx(tenant_id) as connection:
            if (await connection.scalar(waiting, {"tenant": tenant_id}) or 0) >= self._most:
                raise TooManyDocuments(
                    f"{self._most} documents of yours wait to be read in already.",
                    hint="Send more once those are ready.",
                )
            values |= {"tenant": tenant_id, "source_kind": document.source_kind.value}
            if not (await connection.execute(sa.text(_INSERT), values)).rowcount:
                raise DocumentExists(
                    f"The collection {document.collection!r} has this content already.",
                    hint="Nothing is to be done; aos kb list shows it.",
                )
            payload = {"document_id": str(document.id)}
            await enqueue(connection, tenant_id=tenant_id, kind=INGEST, payload=payload, key=str(document.id))

    async def get(self, tenant_id: UUID, document_id: UUID) -> Document:
        """Return a document of any access; raises DocumentNotFound."""
        statement = sa.text(f"SELECT {_COLUMNS} {_FROM} AND d.id = :id")
        async with self._database.tenant_tx(tenant_id) as connection:
            row = (await connection.execute(statement, {"tenant": tenant_id, "id": document_id})).first()
        if row is None:
            raise _missing()
        return _document(row)

    async def page(self, reader: Reader, collection: str, limit: int, before: UUID | None) -> list[Document]:
        """Return readable documents, newest first; of one collection, or of all for an empty name."""
        statement = f"""SELECT {_COLUMNS} {_FROM} AND {READABLE} AND (:collection = '' OR c.name = :collection)
            AND (CAST(:before AS uuid) IS NULL OR d.id < CAST(:before AS uuid)) ORDER BY d.id DESC LIMIT :limit"""
        parameters = {
            "tenant": reader.tenant_id,
            "roles": sorted(reader.roles),
            "subject": reader.subject,
            "collection": collection,
            "before": before,
            "limit": limit,
        }
        async with self._database.tenant_tx(reader.tenant_id) as connection:
            return [_document(row) for row in await connection.execute(sa.text(statement), parameters)]

    async def text(self, tenant_id: UUID, document_id: UUID, start: int, end: int) -> str:
        """Return characters [start, end) of the stored text."""
        part = "SELECT substr(text, :start + 1, :size) FROM documents WHERE tenant_id = :tenant AND id = :id"
        parameters = {"tenant": tenant_id, "id": document_id, "start": start, "size": end - start}
        async with self._database.tenant_tx(tenant_id) as connection:
            return str(await connection.scalar(sa.text(part), parameters) or "")

    async def fail(self, tenant_id: UUID, document_id: UUID, error: str, at: datetime) -> None:
        """End a document that cannot be read in, and drop what was staged of it."""
        ended = f"""UPDATE documents SET state = 'failed', error = :error, text = '', characters = 0,
            chunks_done = 0, chunks_total = 0,
            ended_at = :at WHERE tenant_id = :tenant AND id = :id AND {UNFINISHED}"""
        async with self._database.tenant_tx(tenant_id) as connection:
            parameters = {"tenant": tenant_id, "id": document_id, "error": error, "at": at}
            if (await connection.execute(sa.text(ended), parameters)).rowcount:
                await unstage(connection, tenant_id, document_id)

    async def delete(self, tenant_id: UUID, document_id: UUID) -> None:
        """Delete a document with its passages, postings and vectors; raises DocumentNotFound."""
        async with self._database.tenant_tx(tenant_id) as connection:
            await lock_corpus(connection, tenant_id)
            if not await forget(connection, tenant_id, document_id):
                raise _missing()


def _missing() -> DocumentNotFound:
    return DocumentNotFound("There is no such document.", hint="aos kb list shows those you may read.")


def _document(row: Any) -> Document:
    values = dict(row._mapping)
    values |= {"state": DocumentState(row.state), "source_kind": SourceKind(row.source_kind)}
    return Document(**values)
