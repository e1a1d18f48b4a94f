"""What changed in a collection since a resume token, from its change stream, up to now.

Only the keys of changed documents are taken from the stream; the documents are then read as they are. A document that
changed a thousand times is read once, a row never comes twice in one reading, and what changes meanwhile is in the
stream again next time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bson import Timestamp
from pymongo.change_stream import CollectionChangeStream
from pymongo.collection import Collection
from pymongo.errors import AutoReconnect, OperationFailure, PyMongoError

from aam.adapters.sources.mongo.client import Client, Document
from aam.adapters.sources.mongo.kinds import json_text

MAX_CHANGED = 200_000
"""Documents in one reading; what is beyond comes with the next."""
WAIT_MS = 250
KEYS_ONLY: Sequence[Mapping[str, Any]] = [{"$project": {"operationType": 1, "documentKey": 1, "clusterTime": 1}}]
CHANGES = frozenset({"insert", "update", "replace", "delete"})
ENDS = frozenset({"drop", "rename", "dropDatabase", "invalidate"})

Token = Mapping[str, Any]


class Lost(Exception):
    """The changes since a token cannot be told: the collection is to be read anew."""


@dataclass(frozen=True)
class Changed:
    """One changed document: its `_id`, and the token of its last change."""

    key: Any
    token: Token


@dataclass(frozen=True)
class Changes:
    """Changed documents in the order of their last changes, and the token after all of them."""

    documents: tuple[Changed, ...]
    token: Token


def server_time(client: Client) -> Timestamp | None:
    """The deployment's logical time; None where it keeps none, which is where it has no change streams."""
    with client.start_session() as session:
        client.admin.command("ping", session=session)
        return session.operation_time


def token_now(collection: Collection[Document]) -> Token | None:
    """A resume token of this moment; None where the server has no change streams, or the user may not follow them."""
    try:
        with collection.watch(KEYS_ONLY, max_await_time_ms=1) as stream:  # a token comes with no change too
            stream.try_next()
            return stream.resume_token
    except AutoReconnect:
        raise
    except OperationFailure:
        return None


def drain(collection: Collection[Document], token: Token, until: Timestamp | None) -> Changes:
    """Everything that changed since the token, up to the time `until`, as far as it is bounded.

    Raises `Lost` when the server does not know the token, has forgotten what came after it, or the collection ended.
    """
    try:
        stream = collection.watch(KEYS_ONLY, resume_after=token, max_await_time_ms=WAIT_MS, batch_size=1_000)
    except AutoReconnect:
        raise
    except (PyMongoError, TypeError, ValueError) as error:
        raise Lost from error
    with stream:
        return _drained(stream, token, until)


def _drained(stream: CollectionChangeStream[Document], token: Token, until: Timestamp | None) -> Changes:
    found: dict[str, Changed] = {}
    while len(found) < MAX_CHANGED:
        try:
            change = stream.try_next()
        except AutoReconnect:
            raise
        except OperationFailure as error:
            raise Lost from error
        if change is None:
            token = stream.resume_token or token
            break
        token = change["_id"]
        operation = change["operationType"]
        if operation in ENDS:
            raise Lost
        if operation in CHANGES:
            key = change["documentKey"]["_id"]
            name = json_text(key)
            found.pop(name, None)
            found[name] = Changed(key, token)
        if until is not None and change["clusterTime"] > until:
            break
    return Changes(tuple(found.values()), token)
