"""`python -m nlp_gateway retrieve`: the service's own store and search over a corpus, without a running server."""

import asyncio
import json
import os
import subprocess
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from uuid import UUID, uuid4

from aos_common.cli import migrations_folder
from aos_common.db import Database
from aos_common.errors import DependencyUnavailable
from aos_common.ids import new_id
from aos_common.migrations import migrate

from nlp_gateway.adapters.knowledge.collections import PostgresCollections
from nlp_gateway.adapters.knowledge.documents import PostgresDocuments
from nlp_gateway.adapters.knowledge.embedder import Embedder
from nlp_gateway.adapters.knowledge.index import PostgresIndex
from nlp_gateway.adapters.knowledge.search import PostgresPassages, Weights
from nlp_gateway.adapters.knowledge.staging import PostgresStaging
from nlp_gateway.domain.knowledge.block import Block
from nlp_gateway.domain.knowledge.collection import DEFAULT, Access
from nlp_gateway.domain.knowledge.cutting import assemble
from nlp_gateway.domain.knowledge.document import Document, DocumentState, SourceKind, passage_id
from nlp_gateway.domain.knowledge.passage import Cut, indexed
from nlp_gateway.entrypoints.knowledge import retrieve_command
from nlp_gateway.entrypoints.knowledge.retrieve_command import Ranking, Row
from nlp_gateway.ports.passages import Reader

__all__ = ["Corpus", "add_arguments", "retrieve", "run"]

add_arguments = retrieve_command.add_arguments

Say = Callable[[str], None]
_ROWS_A_DOCUMENT = 256
_WEIGHTS = {"hybrid": Weights(), "bm25": Weights(semantic=0), "vectors": Weights(lexical=0)}


def run(arguments: Namespace) -> int:
    """Rank in a PostgreSQL of AOS_DATABASE_URL and AOS_OWNER_DATABASE_URL, or in one that lives for this command."""
    return asyncio.run(retrieve_command.run(arguments, _ranked, sys.stdout, sys.stderr))


async def _ranked(corpus: Sequence[Row], queries: Mapping[str, str], k: int, leg: str, say: Say) -> Ranking:
    with _database_urls() as (owner, app):
        await asyncio.to_thread(migrate, owner, "nlp_gateway", migrations_folder("nlp_gateway"))
        database = Database(app, "nlp_gateway", pool_size=2)
        try:
            return await retrieve(database, corpus, queries, k, leg, say)
        finally:
            await database.close()


@contextmanager
def _database_urls() -> Iterator[tuple[str, str]]:
    app, owner = os.environ.get("AOS_DATABASE_URL"), os.environ.get("AOS_OWNER_DATABASE_URL")
    if app and owner:
        yield owner, app
        return
    command = [sys.executable, "-m", "aos_local.throwaway", "nlp_gateway"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  ours
        assert server.stdin is not None
        assert server.stdout is not None
        line = server.stdout.readline()
        if not line:
            raise DependencyUnavailable(
                "The embedded PostgreSQL did not start.",
                hint="Install aos-local, or set AOS_DATABASE_URL and AOS_OWNER_DATABASE_URL.",
            )
        urls = json.loads(line)
        try:
            yield urls["owner"], urls["app"]
        finally:
            server.stdin.close()


async def retrieve(
    database: Database, corpus: Sequence[Row], queries: Mapping[str, str], k: int, leg: str, say: Say
) -> Ranking:
    """Read the corpus into a tenant of its own, and search it."""
    store = Corpus(database)
    await store.read_in(corpus, leg != "bm25", say)
    ranking = await store.rank(queries, k, leg, say)
    await store.close()
    return ranking


class Corpus:
    """A tenant of its own. Rows become passages of a few large documents: any document's way in, in fewer steps."""

    def __init__(self, database: Database) -> None:
        self._database, self._tenant = database, uuid4()
        self._collections = PostgresCollections(database)
        self._documents = PostgresDocuments(database, most_unfinished=10)
        self._staging, self._index = PostgresStaging(database), PostgresIndex(database)
        self._embedder = Embedder(threads=os.cpu_count() or 1)
        self._owners: dict[UUID, str] = {}
        self.close = self._embedder.close

    async def read_in(self, corpus: Sequence[Row], embed: bool, say: Say) -> None:
        """Store every row; without vectors where words alone are searched."""
        collection = await self._collections.create(self._tenant, DEFAULT, Access(), datetime.now(UTC))
        for start in range(0, len(corpus), _ROWS_A_DOCUMENT):
            document = _document(collection.id, start)
            cuts: list[Cut] = []
            for row in corpus[start : start + _ROWS_A_DOCUMENT]:
                for cut in assemble([Block((row.title,) if row.title else (), row.text)])[1] or [_only_title(row)]:
                    self._owners[passage_id(document.id, len(cuts))] = row.id
                    cuts.append(Cut(len(cuts), cut.headings, cut.start, cut.end, cut.text))
            await self._add(document, cuts, embed)
            say(f"{min(start + _ROWS_A_DOCUMENT, len(corpus))} of {len(corpus)} documents read in")

    async def rank(self, queries: Mapping[str, str], k: int, leg: str, say: Say) -> Ranking:
        """The k best documents of each query; one scores as its best passage."""
        passages = PostgresPassages(self._database, self._embedder, _WEIGHTS[leg])
        ranking = {}
        for number, (query, text) in enumerate(queries.items(), 1):
            ranking[query] = await self._best(passages, text, k)
            if number % 100 == 0 or number == len(queries):
                say(f"{number} of {len(queries)} queries answered")
        return ranking

    async def _best(self, passages: PostgresPassages, text: str, k: int) -> list[tuple[str, float]]:
        """More passages are asked for until they are of so many documents."""
        reader, wanted = Reader(self._tenant, "retrieve", frozenset()), 2 * k
        while True:
            found = await passages.search(reader, text, limit=wanted)
            best: dict[str, float] = {}
            for passage in found:
                best.setdefault(self._owners[passage.chunk_id], passage.score)
            if len(best) >= k or len(found) < wanted:
                return list(best.items())[:k]
            wanted *= 2

    async def _add(self, document: Document, cuts: Sequence[Cut], embed: bool) -> None:
        await self._documents.add(self._tenant, document)
        await self._staging.begin(self._tenant, document.id, "", "", cuts)
        texts = [indexed("", cut.headings, cut.text) if embed else "" for cut in cuts]
        order = sorted(range(len(cuts)), key=lambda place: len(texts[place]))
        vectors = await self._embedder.embed([texts[place] for place in order])
        ordered = [cuts[place] for place in order]
        await self._staging.add_vectors(self._tenant, document.id, ordered, vectors)
        await self._index.publish(self._tenant, document.id, datetime.now(UTC))


def _only_title(row: Row) -> Cut:
    return Cut(0, (row.title,) if row.title else (), 0, 0, "")


def _document(collection_id: UUID, start: int) -> Document:
    return Document(
        id=new_id(),
        collection_id=collection_id,
        collection=DEFAULT,
        title="",
        source_kind=SourceKind.TEXT,
        source_uri="",
        media_type="text/plain",
        sha256=sha256(str(start).encode()).digest(),
        bytes=0,
        state=DocumentState.QUEUED,
        error="",
        chunks_done=0,
        chunks_total=0,
        characters=0,
        created_at=datetime.now(UTC),
        ended_at=None,
    )
