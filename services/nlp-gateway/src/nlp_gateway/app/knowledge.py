"""The knowledge base, wired."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from aos_common.db import Database
from aos_common.jobs import Worker
from aos_common.objects import ObjectStore

from nlp_gateway.adapters.knowledge.collections import PostgresCollections
from nlp_gateway.adapters.knowledge.documents import PostgresDocuments
from nlp_gateway.adapters.knowledge.embedder import Embedder
from nlp_gateway.adapters.knowledge.embedding_child import ChildEmbedder
from nlp_gateway.adapters.knowledge.index import PostgresIndex
from nlp_gateway.adapters.knowledge.parser import ChildParser
from nlp_gateway.adapters.knowledge.raw import StoredRaw
from nlp_gateway.adapters.knowledge.search import PostgresPassages
from nlp_gateway.adapters.knowledge.staging import PostgresStaging
from nlp_gateway.entrypoints.knowledge.api import KnowledgeApi
from nlp_gateway.entrypoints.knowledge.worker import handlers
from nlp_gateway.ports.redaction import Redactor
from nlp_gateway.settings import Settings
from nlp_gateway.usecases.knowledge.ingest_document import Ingestion

__all__ = ["Knowledge", "knowledge"]


@dataclass(frozen=True)
class Knowledge:
    """What the service runs of the knowledge base; `api.passages` and `embedder` serve the answers, too."""

    api: KnowledgeApi
    embedder: Embedder
    work: Callable[[], Awaitable[None]]
    close: tuple[Callable[[], Awaitable[None]], ...]


def knowledge(settings: Settings, database: Database, redactor: Redactor) -> Knowledge:
    """Wire the knowledge base; nothing is loaded or started before it is used."""
    questions, parser, embedder = Embedder(), ChildParser(), ChildEmbedder()
    ingestion = Ingestion(
        documents=PostgresDocuments(database, settings.documents_unfinished),
        raw=StoredRaw(ObjectStore(settings.objects_url, settings.objects_options)),
        parser=parser,
        redactor=redactor,
        staging=PostgresStaging(database),
        embedding=embedder,
        index=PostgresIndex(database),
        clock=lambda: datetime.now(UTC),
    )
    passages = PostgresPassages(database, questions)
    api = KnowledgeApi(PostgresCollections(database), ingestion, passages)
    worker = Worker(database, handlers(api), concurrency=2)
    return Knowledge(api, questions, worker.run, (questions.close, embedder.close, parser.close))
