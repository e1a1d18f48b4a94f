"""What a server answers to a query, whole answers at a time: no object is made for a document.

The driver's own cursors make one for each, also where they give raw documents. Here `find`, `aggregate` and `getMore`
are sent as commands (https://www.mongodb.com/docs/manual/reference/command/), in one session, and the place of each
document in the answer is found by its length.
"""

import contextlib
import struct
from collections.abc import Generator, Iterator, Mapping
from functools import partial
from typing import Any

from bson import Int64
from bson.errors import InvalidBSON
from bson.raw_bson import DEFAULT_RAW_BSON_OPTIONS
from pymongo.client_session import ClientSession
from pymongo.collection import Collection
from pymongo.errors import ConfigurationError, PyMongoError

from aam.adapters.sources.mongo.client import Document
from aam.adapters.sources.mongo.layouts import ARRAY, INT64, OBJECT, SMALLEST, Documents, length_at, size_of

FIRST = 1_000
"""Documents in the first answer, from whose size follows how many the next has."""
MOST = 1 << 20
ANSWER_BYTES = 2 << 20
"""What stays in the processor's cache while its columns are read one after the other."""
ENOUGH = 2_000
"""Documents in an answer that may be larger for them: reading column by column costs something for each column."""
BATCHES = ("firstBatch", "nextBatch")


def found(
    collection: Collection[Document],
    query: Mapping[str, Any] | None = None,
    projection: Mapping[str, int] | None = None,
    *,
    most: int = MOST,
    **more: Any,
) -> Generator[Documents, None, None]:
    """The answers to a `find`, of at most so many documents each; `more` are other parts of the command."""
    shown = {"projection": projection} if projection else {}
    asked = {"find": collection.name, "filter": query or {}, **shown, "batchSize": min(FIRST, most), **more}
    return _answers(collection, asked, most)


def drawn(collection: Collection[Document], pipeline: list[Mapping[str, Any]]) -> Generator[Documents, None, None]:
    """The answers to an `aggregate`."""
    return _answers(
        collection, {"aggregate": collection.name, "pipeline": pipeline, "cursor": {"batchSize": FIRST}}, MOST
    )


def _answers(collection: Collection[Document], asked: Document, most: int) -> Generator[Documents, None, None]:
    database = collection.database
    with database.client.start_session(causal_consistency=False) as session:
        told = partial(_told, collection, session)
        try:
            cursor, documents = told(asked)
        except ConfigurationError:  # a server without sessions, as some that only speak MongoDB's protocol
            told = partial(_told, collection, None)
            cursor, documents = told(asked)
        try:
            yield documents
            while cursor:
                fitting = len(documents) * ANSWER_BYTES // documents.size if len(documents) else FIRST
                size = min(most, max(fitting, ENOUGH))
                cursor, documents = told({"getMore": Int64(cursor), "collection": collection.name, "batchSize": size})
                yield documents
        finally:
            if cursor:  # nobody waits for the rest
                with contextlib.suppress(PyMongoError):
                    told({"killCursors": collection.name, "cursors": [Int64(cursor)]})


def _told(collection: Collection[Document], session: ClientSession | None, command: Document) -> tuple[int, Documents]:
    """The cursor's id, and the documents of the answer to a command."""
    answer = collection.database.command(
        command,
        codec_options=DEFAULT_RAW_BSON_OPTIONS,
        read_preference=collection.read_preference,
        session=session,
    )
    return _parts(bytes(answer.raw))


def _parts(raw: bytes) -> tuple[int, Documents]:
    cursor, starts = 0, list[int]()
    for name, kind, place in _values(raw, 0):
        if (name, kind) != ("cursor", OBJECT):
            continue
        for inner, inner_kind, inner_place in _values(raw, place):
            if (inner, inner_kind) == ("id", INT64):
                (cursor,) = struct.unpack_from("<q", raw, inner_place)
            elif inner in BATCHES and inner_kind == ARRAY:
                starts = _places(raw, inner_place)
    return cursor, Documents(raw, starts)


def _values(raw: bytes, at: int) -> Iterator[tuple[str, int, int]]:
    """Name, type and place of the values of the document that begins there."""
    end = at + length_at(raw, at)[0] - 1
    at += 4
    while at < end:
        named = raw.index(0, at + 1)
        kind, name, at = raw[at], raw[at + 1 : named].decode(), named + 1
        yield name, kind, at
        at += size_of(kind, raw, at)


def _places(raw: bytes, at: int) -> list[int]:
    """Where the documents of an array begin; their names are their numbers."""
    end = at + length_at(raw, at)[0] - 1
    most = (end - at) // SMALLEST
    starts: list[int] = []
    at, header, wider = at + 4, 3, 10
    while at < end and len(starts) < most:
        for _ in range(wider - len(starts)):
            starts.append(at := at + header)
            at += length_at(raw, at)[0]
            if at >= end:
                break
        header, wider = header + 1, wider * 10
    if at != end or any(raw[place - 1] for place in starts):
        raise InvalidBSON("an answer of the server is no list of documents")
    return starts
