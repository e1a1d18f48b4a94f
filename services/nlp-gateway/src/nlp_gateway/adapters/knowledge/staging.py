"""A document's passages on their way in, in PostgreSQL."""

from collections.abc import Sequence
from uuid import UUID

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from aos_common.db import Database

from nlp_gateway.adapters.knowledge.embedder import as_literal
from nlp_gateway.adapters.knowledge.forgetting import unstage
from nlp_gateway.domain.knowledge.passage import Cut

__all__ = ["PostgresStaging"]

_AT_ONCE = 500
_STAGE = """INSERT INTO staged_passages (tenant_id, document_id, ordinal, headings, first_char, end_char, text)
    VALUES (:tenant, :document, :ordinal, CAST(:headings AS text[]), :first, :end, :text)"""
_BEGIN = """UPDATE documents SET state = 'ingesting', title = :title, text = :text,
    characters = length(:text), chunks_done = 0,
    chunks_total = :total WHERE tenant_id = :tenant AND id = :document AND state IN ('queued', 'ingesting')"""
_NEXT = """SELECT ordinal, headings, first_char, end_char, text FROM staged_passages
    WHERE tenant_id = :tenant AND document_id = :document AND vector IS NULL ORDER BY ordinal LIMIT :limit"""
_VECTORS = """UPDATE staged_passages s SET vector = u.vector::halfvec
    FROM unnest(CAST(:ordinals AS int[]), CAST(:vectors AS text[])) AS u (ordinal, vector)
    WHERE s.tenant_id = :tenant AND s.document_id = :document AND s.ordinal = u.ordinal"""
_PROGRESS = """UPDATE documents SET chunks_done = (SELECT count(*) FROM staged_passages
        WHERE tenant_id = :tenant AND document_id = :document AND vector IS NOT NULL)
    WHERE tenant_id = :tenant AND id = :document AND state = 'ingesting'"""


class PostgresStaging:
    """The `Staging` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, tenant_id: UUID, document_id: UUID, title: str, text: str, cuts: Sequence[Cut]) -> None:
        """Store the redacted text and its passages, in place of any staged before."""
        who = {"tenant": tenant_id, "document": document_id}
        async with self._database.tenant_tx(tenant_id) as connection:
            await unstage(connection, tenant_id, document_id)
            begun = {**who, "title": title, "text": text, "total": len(cuts)}
            if not (await connection.execute(sa.text(_BEGIN), begun)).rowcount:
                return  # deleted meanwhile
            for start in range(0, len(cuts), _AT_ONCE):
                rows = [{**who, **_row(cut)} for cut in cuts[start : start + _AT_ONCE]]
                await connection.execute(sa.text(_STAGE), rows)

    async def started(self, tenant_id: UUID, document_id: UUID) -> bool:
        """Tell whether a worker came as far as `begin`."""
        some = sa.text("SELECT 1 FROM staged_passages WHERE tenant_id = :tenant AND document_id = :document LIMIT 1")
        async with self._database.tenant_tx(tenant_id) as connection:
            return bool(await connection.scalar(some, {"tenant": tenant_id, "document": document_id}))

    async def without_vector(self, tenant_id: UUID, document_id: UUID, limit: int) -> list[Cut]:
        """Return the next passages that have no vector yet."""
        who = {"tenant": tenant_id, "document": document_id, "limit": limit}
        async with self._database.tenant_tx(tenant_id) as connection:
            rows = (await connection.execute(sa.text(_NEXT), who)).all()
        return [Cut(row.ordinal, tuple(row.headings), row.first_char, row.end_char, row.text) for row in rows]

    async def add_vectors(
        self, tenant_id: UUID, document_id: UUID, cuts: Sequence[Cut], vectors: Sequence[npt.NDArray[np.float32]]
    ) -> None:
        """Store vectors, and the progress with them; nothing where another worker was faster and published them."""
        made = {"ordinals": [cut.ordinal for cut in cuts], "vectors": [as_literal(vector) for vector in vectors]}
        who = {"tenant": tenant_id, "document": document_id}
        async with self._database.tenant_tx(tenant_id) as connection:
            await connection.execute(sa.text(_VECTORS), {**who, **made})
            await connection.execute(sa.text(_PROGRESS), who)


def _row(cut: Cut) -> dict[str, object]:
    plain = {"ordinal": cut.ordinal, "first": cut.start, "end": cut.end, "text": cut.text}
    return {**plain, "headings": list(cut.headings)}
