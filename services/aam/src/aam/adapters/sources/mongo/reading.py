"""One reading of one collection: a scan in the order of `_id`, or what has changed since the last one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import bson
from pymongo.collection import Collection

from aam.adapters.sources.mongo.changes import Changes
from aam.adapters.sources.mongo.client import CODEC, Document, answers
from aam.adapters.sources.mongo.connector import BATCH_ROWS
from aam.adapters.sources.mongo.cursors import Saved
from aam.adapters.sources.mongo.kinds import json_text
from aam.adapters.sources.mongo.layouts import Documents, joined
from aam.adapters.sources.mongo.rows import Rows
from aam.domain.schema import StreamSchema
from aam.ports import Json, SourceBatch

BATCH_BYTES = 16 << 20
"""Of BSON, beyond which a batch takes no more documents."""
KEYS_AT_ONCE = 1_000


@dataclass(frozen=True)
class Plan:
    """What to read: a collection without the excluded fields, in which shape. `keyed`: by unique `_id`s."""

    collection: Collection[Document]
    schema: StreamSchema
    excluded: Sequence[str] = ()
    keyed: bool = True
    batch_rows: int = BATCH_ROWS

    @property
    def projection(self) -> dict[str, int] | None:
        """What the server leaves out; None for nothing."""
        return dict.fromkeys(self.excluded, 0) or None


class MongoRead(Protocol):
    """A reading as the mesh sees it."""

    schema: StreamSchema
    file: str
    unchanged: bool
    snapshot: bool

    def batches(self) -> Iterator[SourceBatch]: ...

    def cursor(self) -> Json: ...


class Scan:
    """The whole collection, or what comes after the last `_id` of a scan that was broken off.

    The scan is no snapshot: what changes while it runs may be read before or after its change. The token was taken
    before the scan began, so that the next reading sees every such change again, and the table comes out right.
    """

    unchanged = False

    def __init__(self, plan: Plan, saved: Saved) -> None:
        self.schema, self.file = plan.schema, plan.collection.name
        self.snapshot = saved.after is None
        self._plan, self._saved = plan, saved
        self._rows = Rows(plan.schema, self.file)

    def batches(self) -> Iterator[SourceBatch]:
        """In the order of `_id` where it is unique; every batch can then be resumed after."""
        number = self._saved.rows
        for documents in gathered(self._answers(), self._plan.batch_rows):
            state = None
            if self._plan.keyed:
                (last,) = documents.some([len(documents) - 1])
                state = replace(self._saved, after=(last.get("_id"),), rows=number + len(documents)).json()
            yield self._rows.read(documents, number + 1, state)
            number += len(documents)

    def _answers(self) -> Iterator[bytes]:
        plan, after = self._plan, self._saved.after
        found = plan.collection.find_raw_batches({}, plan.projection, batch_size=plan.batch_rows)
        if plan.keyed:
            # Bounds of the index, not a condition: conditions compare values of one type alone, and `_id`s may differ.
            found = found.sort("_id", 1).hint([("_id", 1)])
            found = found.min([("_id", after[0])]) if after else found
        skip = plan.keyed and after is not None
        for answer in answers(found):
            if skip and after is not None:
                skip = False
                first = _first(answer)
                if first is not None and json_text(first.get("_id")) == json_text(after[0]):
                    rest = answer[int.from_bytes(answer[:4], "little") :]
                    if rest:
                        yield rest
                    continue
            yield answer

    def cursor(self) -> Json:
        """From where changes are to be followed; empty without change streams: the whole is read again."""
        return replace(self._saved, after=None, rows=0).json()


class First:
    """As many documents as one batch has, and no more."""

    unchanged, snapshot = False, True

    def __init__(self, plan: Plan) -> None:
        self.schema, self.file = plan.schema, plan.collection.name
        self._plan, self._rows = plan, Rows(plan.schema, self.file)

    def batches(self) -> Iterator[SourceBatch]:
        """One batch at most."""
        found = answers(self._plan.collection.find_raw_batches({}, self._plan.projection).limit(self._plan.batch_rows))
        for documents in gathered(found, self._plan.batch_rows):
            yield self._rows.read(documents, 1, None)
            return

    def cursor(self) -> Json:
        """Nothing to go on from."""
        return {}


class Followed:
    """The documents that changed, as they are now, and the keys of those that are gone."""

    snapshot = False

    def __init__(self, plan: Plan, saved: Saved, changes: Changes) -> None:
        self.schema, self.file = plan.schema, plan.collection.name
        self.unchanged = not changes.documents
        self._plan, self._saved, self._changes = plan, saved, changes
        self._rows = Rows(plan.schema, self.file)

    def batches(self) -> Iterator[SourceBatch]:
        """In the order of the last changes; the last batch of each group of keys can be resumed after."""
        number, listed = 1, self._changes.documents
        size = min(KEYS_AT_ONCE, self._plan.batch_rows)
        for start in range(0, len(listed), size):
            group = listed[start : start + size]
            missing = {json_text(one.key): one.key for one in group}
            wanted = {"_id": {"$in": list(missing.values())}}
            found = answers(self._plan.collection.find_raw_batches(wanted, self._plan.projection))
            state = replace(self._saved, token=group[-1].token).json()
            waiting: list[Document] = []
            for documents in gathered(found, size):
                if waiting:
                    yield self._rows.batch(waiting, number, None, ())
                    number += len(waiting)
                waiting = documents.some(range(len(documents)))
                for document in waiting:
                    missing.pop(json_text(document["_id"]), None)
            yield self._rows.batch(waiting, number, state, list(missing.values()))
            number += len(waiting)

    def cursor(self) -> Json:
        """The token after everything that was read."""
        return replace(self._saved, token=self._changes.token).json()


def gathered(received: Iterator[bytes], most: int) -> Iterator[Documents]:
    """Documents of several answers together, up to a number and size that make a batch worth landing."""
    waiting: list[Documents] = []
    for answer in received:
        for part in _parts(answer):
            if waiting and sum(len(one.raw) for one in waiting) + len(part) > BATCH_BYTES:
                yield joined(waiting)
                waiting = []
            waiting.append(Documents(part))
            if sum(map(len, waiting)) >= most:
                yield joined(waiting)
                waiting = []
    if any(map(len, waiting)):
        yield joined(waiting)


def _parts(answer: bytes) -> Iterator[bytes]:
    """The answer in parts of whole documents that are no larger than a batch, or than one document."""
    start = end = 0
    while len(answer) - start > BATCH_BYTES and end < len(answer):
        length = max(int.from_bytes(answer[end : end + 4], "little"), 5)  # no document is shorter
        if end > start and end + length - start > BATCH_BYTES:
            yield answer[start:end]
            start = end
        end += length
    yield answer[start:]


def _first(answer: bytes) -> Document | None:
    length = int.from_bytes(answer[:4], "little")
    return bson.decode(answer[:length], CODEC) if length else None
