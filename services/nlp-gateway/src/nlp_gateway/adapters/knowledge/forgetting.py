"""Taking a document out of the index: every row that came of it, and its share of the counts."""

from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

__all__ = ["forget", "unstage"]

_MINE = "tenant_id = :tenant AND document_id = :document"
_COUNTED = (
    f"(SELECT u.term, count(*)::int AS times FROM passages p, unnest(p.terms) AS u (term) WHERE p.{_MINE} GROUP BY 1)"
)
_FORGET = (
    """DELETE FROM postings o USING passages p, unnest(p.terms) AS u (term)
    WHERE p.tenant_id = :tenant AND p.document_id = :document
    AND o.tenant_id = :tenant AND o.term = u.term AND o.passage = p.number""",
    f"""UPDATE terms t SET passages = t.passages - c.times FROM {_COUNTED} AS c
    WHERE t.tenant_id = :tenant AND t.id = c.term""",
    "DELETE FROM terms WHERE tenant_id = :tenant AND passages = 0",
    """DELETE FROM vectors v USING passages p WHERE p.tenant_id = :tenant AND p.document_id = :document
    AND v.tenant_id = :tenant AND v.passage = p.number""",
    f"""UPDATE corpora c SET passages = c.passages - gone.passages, tokens = c.tokens - gone.tokens
    FROM (SELECT count(*) AS passages, coalesce(sum(tokens), 0) AS tokens FROM passages WHERE {_MINE}) AS gone
    WHERE c.tenant_id = :tenant""",
    f"DELETE FROM passages WHERE {_MINE}",
    f"DELETE FROM staged_passages WHERE {_MINE}",
)


async def unstage(connection: AsyncConnection, tenant_id: UUID, document_id: UUID) -> None:
    """Drop what was staged of a document."""
    gone = sa.text(f"DELETE FROM staged_passages WHERE {_MINE}")
    await connection.execute(gone, {"tenant": tenant_id, "document": document_id})


async def forget(connection: AsyncConnection, tenant_id: UUID, document_id: UUID) -> bool:
    """Delete a document while the corpus is locked; tell whether it was there."""
    who = {"tenant": tenant_id, "document": document_id}
    for statement in _FORGET:
        await connection.execute(sa.text(statement), who)
    gone = sa.text("DELETE FROM documents WHERE tenant_id = :tenant AND id = :document")
    return bool((await connection.execute(gone, who)).rowcount)
