"""Publishing a staged document: passages, postings, vectors and counts change in one transaction."""

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from aos_common.db import Database
from sqlalchemy.ext.asyncio import AsyncConnection

from nlp_gateway.adapters.knowledge.collections import lock_corpus
from nlp_gateway.adapters.knowledge.forgetting import forget, unstage
from nlp_gateway.adapters.knowledge.words import terms
from nlp_gateway.domain.knowledge.passage import indexed

__all__ = ["PostgresIndex"]

_AT_ONCE = 200
"""Passages a statement: about 15,000 postings."""
_MOST_TOKENS = 32_767
_STAGED = """SELECT ordinal, headings, text FROM staged_passages WHERE tenant_id = :tenant AND document_id = :document
    AND vector IS NOT NULL ORDER BY ordinal"""
_DOCUMENT = """SELECT d.title, d.source_uri, d.state, d.collection_id, d.chunks_total, c.number AS collection
    FROM documents d JOIN collections c ON c.tenant_id = d.tenant_id AND c.id = d.collection_id
    WHERE d.tenant_id = :tenant AND d.id = :document"""
_SAME_SOURCE = """SELECT id FROM documents WHERE tenant_id = :tenant AND collection_id = :collection
    AND source_uri = :source AND source_uri <> '' AND state = 'ready' AND id <> :document"""
_KNOWN = "SELECT term, id FROM terms WHERE tenant_id = :tenant AND term = ANY (CAST(:terms AS text[]))"
_NEW = """INSERT INTO terms (tenant_id, term, id, passages)
    SELECT :tenant, u.term, u.id, 0 FROM unnest(CAST(:terms AS text[]), CAST(:ids AS int[])) AS u (term, id)"""
_COUNT = """UPDATE terms t SET passages = t.passages + u.times
    FROM unnest(CAST(:terms AS text[]), CAST(:times AS int[])) AS u (term, times)
    WHERE t.tenant_id = :tenant AND t.term = u.term"""
_POSTINGS = """INSERT INTO postings (tenant_id, term, passage, collection, frequency, tokens)
    SELECT :tenant, u.term, u.passage, :collection, u.frequency, u.tokens FROM unnest(CAST(:terms AS int[]),
    CAST(:passages AS int[]), CAST(:frequencies AS int[]), CAST(:tokens AS int[]))
    AS u (term, passage, frequency, tokens)"""
_PASSAGES = """INSERT INTO passages
    (tenant_id, number, document_id, ordinal, headings, first_char, end_char, text, tokens, terms)
    SELECT :tenant, :base + s.ordinal, :document, s.ordinal, s.headings, s.first_char, s.end_char, s.text, u.tokens,
    u.terms::int[] FROM unnest(CAST(:ordinals AS int[]), CAST(:tokens AS int[]), CAST(:terms AS text[]))
    AS u (ordinal, tokens, terms)
    JOIN staged_passages s ON s.tenant_id = :tenant AND s.document_id = :document AND s.ordinal = u.ordinal"""
_VECTORS = """INSERT INTO vectors (tenant_id, passage, collection, bits, vector)
    SELECT :tenant, :base + ordinal, :collection, binary_quantize(vector)::bit(384), vector FROM staged_passages
    WHERE tenant_id = :tenant AND document_id = :document"""
_TOTALS = """UPDATE corpora SET passages = passages + :passages, tokens = tokens + :tokens,
    last_passage = last_passage + :passages, last_term = last_term + :terms WHERE tenant_id = :tenant"""
_READY = """UPDATE documents SET state = 'ready', ended_at = :at, chunks_done = chunks_total
    WHERE tenant_id = :tenant AND id = :document"""


@dataclass(frozen=True)
class _Words:
    """A passage's terms with their frequencies; `tokens` is their sum."""

    ordinal: int
    counted: Counter[str]

    @property
    def tokens(self) -> int:
        return min(self.counted.total(), _MOST_TOKENS)


class PostgresIndex:
    """The `Index` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def publish(self, tenant_id: UUID, document_id: UUID, at: datetime) -> None:
        """Make a staged document searchable, in place of the one with the same source, in one transaction."""
        who = {"tenant": tenant_id, "document": document_id}
        async with self._database.tenant_tx(tenant_id) as connection:
            staged = (await connection.execute(sa.text(_STAGED), who)).all()
            document = (await connection.execute(sa.text(_DOCUMENT), who)).first()
        if document is None or document.state != "ingesting":
            return
        words = await asyncio.to_thread(_words, document.title, staged)
        async with self._database.tenant_tx(tenant_id) as connection:
            last_passage, last_term = await lock_corpus(connection, tenant_id)
            document = (await connection.execute(sa.text(_DOCUMENT), who)).first()
            if document is None or document.state != "ingesting" or document.chunks_total != len(words):
                return  # deleted, published or begun again by another worker meanwhile
            if not await _replaces(connection, who, document):
                return
            writing = _Writing(connection, who, document.collection, last_passage + 1, last_term)
            await writing.write(words)
            await unstage(connection, tenant_id, document_id)
            await connection.execute(sa.text(_READY), {**who, "at": at})


def _words(title: str, staged: Sequence[Any]) -> list[_Words]:
    return [_Words(row.ordinal, terms(indexed(title, tuple(row.headings), row.text))) for row in staged]


async def _replaces(connection: AsyncConnection, who: dict[str, Any], document: Any) -> bool:
    """Forget the version that this one replaces, or this one where a newer version was faster."""
    same = {**who, "collection": document.collection_id, "source": document.source_uri}
    other = await connection.scalar(sa.text(_SAME_SOURCE), same)
    newest = other is None or other < who["document"]
    if other is not None:
        await forget(connection, who["tenant"], other if newest else who["document"])
    return newest


class _Writing:
    """One document's rows, while the corpus is locked."""

    def __init__(
        self, connection: AsyncConnection, who: dict[str, Any], collection: int, base: int, last_term: int
    ) -> None:
        self._connection, self._who, self._collection = connection, who, collection
        self._base, self._last_term = base, last_term

    async def write(self, words: Sequence[_Words]) -> None:
        ids, new = await self._terms(words)
        for start in range(0, len(words), _AT_ONCE):
            await self._passages(words[start : start + _AT_ONCE], ids)
        place = {"base": self._base, "collection": self._collection}
        await self._connection.execute(sa.text(_VECTORS), {**self._who, **place})
        totals = {"passages": len(words), "tokens": sum(passage.tokens for passage in words), "terms": new}
        await self._connection.execute(sa.text(_TOTALS), {**self._who, **totals})

    async def _terms(self, words: Sequence[_Words]) -> tuple[dict[str, int], int]:
        """Count the terms; return the numbers of all, and how many are new."""
        times = Counter(term for passage in words for term in passage.counted)
        tenant = {"tenant": self._who["tenant"]}
        rows = await self._connection.execute(sa.text(_KNOWN), {**tenant, "terms": list(times)})
        ids: dict[str, int] = {row.term: row.id for row in rows}
        new = sorted(set(times) - set(ids))
        numbered = dict(zip(new, range(self._last_term + 1, self._last_term + 1 + len(new)), strict=True))
        if new:
            added = {"terms": new, "ids": list(numbered.values())}
            await self._connection.execute(sa.text(_NEW), {**tenant, **added})
        counts = {"terms": list(times), "times": list(times.values())}
        await self._connection.execute(sa.text(_COUNT), {**tenant, **counts})
        return ids | numbered, len(new)

    async def _passages(self, words: Sequence[_Words], ids: dict[str, int]) -> None:
        rows = list(_postings(words, ids, self._base))
        if rows:
            columns = map(list, zip(*rows, strict=True))
            named = dict(zip(("terms", "passages", "frequencies", "tokens"), columns, strict=True))
            tenant = {"tenant": self._who["tenant"], "collection": self._collection}
            await self._connection.execute(sa.text(_POSTINGS), {**tenant, **named})
        made = {
            "base": self._base,
            "ordinals": [passage.ordinal for passage in words],
            "tokens": [passage.tokens for passage in words],
            "terms": ["{" + ",".join(str(ids[term]) for term in passage.counted) + "}" for passage in words],
        }
        await self._connection.execute(sa.text(_PASSAGES), {**self._who, **made})


def _postings(words: Sequence[_Words], ids: dict[str, int], base: int) -> Iterator[tuple[int, int, int, int]]:
    """Term, passage, frequency and tokens, in the order of the table's key."""
    rows = (
        (ids[term], base + passage.ordinal, min(frequency, _MOST_TOKENS), passage.tokens)
        for passage in words
        for term, frequency in passage.counted.items()
    )
    return iter(sorted(rows))
