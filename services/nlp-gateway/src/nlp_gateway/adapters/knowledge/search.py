"""Hybrid retrieval in one SQL statement: BM25, vectors, their fusion, access lists, and the passages' texts.

BM25: sum over the question's terms of idf * f * (k1 + 1) / (f + k1 * (1 - b + b * tokens / average)) with
idf = ln(1 + (N - n + 0.5) / (n + 0.5)), which is never negative (Robertson and Zaragoza, "The Probabilistic Relevance
Framework: BM25 and Beyond", 2009; the idf as Lucene has it). k1 = 1.2 and b = 0.75 are that paper's and Lucene's
defaults.

Vectors: inner product of unit vectors, so cosine. All of the tenant's vectors are compared (no shared index whose
lists other tenants fill, see docs/decisions/0015). Above EXACT passages the sign bits of all are compared first, and
the best RERANKED of them exactly (binary quantisation with reranking, pgvector's documentation).

Fusion: reciprocal ranks, weight / (K + rank) summed over both lists (Cormack, Clarke and Büttcher, "Reciprocal Rank
Fusion", 2009). K = 20 instead of the paper's 60, for lists of a hundred instead of a thousand. A place's weight is its
score relative to its list's best, so that a list which is unsure after its first few places says less: ranks alone
throw that away (Bruch, Gai and Ingber, "An Analysis of Fusion Functions for Hybrid Retrieval", 2023).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
import sqlalchemy as sa
from aos_common.db import Database

from nlp_gateway.adapters.knowledge.embedder import Embedder, as_literal
from nlp_gateway.adapters.knowledge.words import terms
from nlp_gateway.domain.knowledge.document import passage_id
from nlp_gateway.ports.passages import Passage, Reader

__all__ = ["EXACT", "PostgresPassages", "Weights"]

EXACT = 20_000
"""Passages of a tenant up to which every vector is compared in full."""
RERANKED = 800
DEPTH = 100
"""Places of each list that are fused, when no more passages are asked for."""
MAX_TERMS = 64
"""Different terms of a question that are looked up: a pasted page is no question."""

_STATEMENT = """
WITH corpus AS (
    SELECT passages, tokens::float8 / greatest(passages, 1) AS average FROM corpora WHERE tenant_id = :tenant
), readable AS MATERIALIZED (
    SELECT coalesce(array_agg(number), '{}') AS numbers FROM collections WHERE tenant_id = :tenant
    AND (roles || subjects = '{}' OR roles && CAST(:roles AS text[]) OR CAST(:subject AS text) = ANY (subjects))
    AND (CAST(:named AS text[]) = '{}' OR name = ANY (CAST(:named AS text[])))
), probe AS MATERIALIZED (
    SELECT v.vector, binary_quantize(v.vector)::bit(384) AS bits
    FROM (SELECT CAST(CAST(:vector AS text) AS halfvec) AS vector) AS v
), asked AS MATERIALIZED (
    SELECT t.id, q.times * ln(1 + (c.passages - t.passages + 0.5)::float8 / (t.passages + 0.5)) AS idf, c.average
    FROM unnest(CAST(:terms AS text[]), CAST(:times AS int[])) AS q (term, times)
    JOIN terms t ON t.tenant_id = :tenant AND t.term = q.term CROSS JOIN corpus c
), lexical AS (
    SELECT p.passage, sum(a.idf * p.frequency * 2.2::float8
        / (p.frequency + 1.2::float8 * (0.25::float8 + 0.75::float8 * p.tokens / a.average))) AS score
    FROM asked a JOIN postings p ON p.tenant_id = :tenant AND p.term = a.id
    WHERE p.collection = ANY ((SELECT numbers FROM readable)::int[])
    GROUP BY p.passage ORDER BY score DESC, p.passage LIMIT :depth
), near AS (
    SELECT passage FROM vectors
    WHERE tenant_id = :tenant AND collection = ANY ((SELECT numbers FROM readable)::int[])
    AND (SELECT passages FROM corpus) > :exact AND CAST(:semantic AS float8) > 0
    ORDER BY bits <~> (SELECT bits FROM probe)
    LIMIT greatest(:reranked, :depth)
), semantic AS (
    SELECT passage, distance FROM (
        SELECT passage, vector <#> (SELECT vector FROM probe) AS distance FROM vectors
        WHERE tenant_id = :tenant AND collection = ANY ((SELECT numbers FROM readable)::int[])
        AND (SELECT passages FROM corpus) <= :exact AND CAST(:semantic AS float8) > 0
        UNION ALL
        SELECT near.passage, v.vector <#> (SELECT vector FROM probe) FROM near CROSS JOIN LATERAL (
            -- OFFSET keeps this a look-up of each: a hash of all vectors would cost what the prefilter saves.
            SELECT vector FROM vectors v WHERE v.tenant_id = :tenant AND v.passage = near.passage OFFSET 0) AS v
    ) AS compared ORDER BY distance, passage LIMIT :depth
), fused AS (
    SELECT passage, sum(part) AS score FROM (
        SELECT passage, CAST(:lexical AS float8) * score / max(score) OVER ()
            / (20 + row_number() OVER (ORDER BY score DESC, passage)) AS part FROM lexical
        UNION ALL
        SELECT passage, CAST(:semantic AS float8) * greatest(-distance, 0) / greatest(max(-distance) OVER (), 1e-9)
            / (20 + row_number() OVER (ORDER BY distance, passage)) FROM semantic
    ) AS parts GROUP BY passage ORDER BY score DESC, passage LIMIT :limit
)
SELECT p.document_id, p.ordinal, d.title, p.headings, p.text, p.first_char, p.end_char, f.score
FROM fused f JOIN passages p ON p.tenant_id = :tenant AND p.number = f.passage
JOIN documents d ON d.tenant_id = :tenant AND d.id = p.document_id
ORDER BY f.score DESC, f.passage"""


@dataclass(frozen=True)
class Weights:
    """How much each list counts in the fusion; 0 leaves one out."""

    lexical: float = 1.0
    semantic: float = 1.0


class PostgresPassages:
    """The `Passages` port."""

    def __init__(self, database: Database, embedder: Embedder, weights: Weights | None = None) -> None:
        self._database, self._embedder = database, embedder
        self._weights = weights or Weights()
        self._statement = sa.text(_STATEMENT)

    async def search(
        self, reader: Reader, question: str, *, limit: int = 8, collections: Sequence[str] = ()
    ) -> Sequence[Passage]:
        """Return the best passages, best first; `collections` narrows to these names."""
        vector = (await self._embedder.embed([question]))[0]
        return await self.find(reader, question, vector, limit=limit, collections=collections)

    async def find(
        self,
        reader: Reader,
        question: str,
        vector: npt.NDArray[np.float32],
        *,
        limit: int,
        collections: Sequence[str] = (),
    ) -> list[Passage]:
        """Search with the question's vector at hand."""
        parameters = {
            **self._question(question, vector),
            "tenant": reader.tenant_id,
            "roles": sorted(reader.roles),
            "subject": reader.subject,
            "named": list(collections),
            "limit": limit,
            "depth": max(limit, DEPTH),
        }
        async with self._database.tenant_tx(reader.tenant_id) as connection:
            rows = (await connection.execute(self._statement, parameters)).all()
        return [_passage(row) for row in rows]

    def _question(self, question: str, vector: npt.NDArray[np.float32]) -> Mapping[str, Any]:
        counted = terms(question).most_common(MAX_TERMS) if self._weights.lexical else []
        return {
            "terms": [term for term, _ in counted],
            "times": [times for _, times in counted],
            "vector": as_literal(vector),
            "lexical": self._weights.lexical,
            "semantic": self._weights.semantic,
            "exact": EXACT,
            "reranked": RERANKED,
        }


def _passage(row: Any) -> Passage:
    document_id: UUID = row.document_id
    return Passage(
        document_id=document_id,
        chunk_id=passage_id(document_id, row.ordinal),
        title=row.title,
        headings=tuple(row.headings),
        text=row.text,
        start=row.first_char,
        end=row.end_char,
        score=row.score,
    )
