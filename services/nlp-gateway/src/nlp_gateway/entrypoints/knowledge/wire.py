"""The one place where the knowledge base's objects become protobuf messages."""

from datetime import datetime

from autonomos.nlp.v1 import knowledge_pb2 as pb
from google.protobuf.timestamp_pb2 import Timestamp

from nlp_gateway.domain.knowledge.collection import Collection
from nlp_gateway.domain.knowledge.document import Document
from nlp_gateway.entrypoints.knowledge.rest_models import CollectionOut, DocumentOut, PassageOut
from nlp_gateway.ports.passages import Passage

__all__ = ["collection_message", "document_message", "passage_message"]


def collection_message(one: Collection) -> pb.Collection:
    """A collection."""
    shown = CollectionOut.of(one).model_dump(exclude={"create_time"})
    return pb.Collection(**shown, create_time=_moment(one.created_at))


def document_message(one: Document) -> pb.Document:
    """A document with its progress."""
    shown = DocumentOut.of(one).model_dump(exclude={"create_time", "end_time"})
    return pb.Document(**shown, create_time=_moment(one.created_at), end_time=_moment(one.ended_at))


def passage_message(one: Passage) -> pb.Passage:
    """A passage."""
    return pb.Passage(**PassageOut.of(one).model_dump())


def _moment(value: datetime | None) -> Timestamp | None:
    if value is None:
        return None
    stamp = Timestamp()
    stamp.FromDatetime(value)
    return stamp
