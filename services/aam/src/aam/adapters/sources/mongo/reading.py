"""One reading of one collection: a scan in the order of `_id`, or what has changed since the last one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from pymongo.collection import Collection

from aam.adapters.sources.mongo.answers import found
from aam.adapters.sources.mongo.changes import Changes
from aam.adapters.sources.mongo.client import Document
from aam.adapters.sources.mongo.connector import BATCH_ROWS
from aam.adapters.sources.mongo.cursors import Saved
from aam.adapters.sources.mongo.kinds import json_text
from aam.adapters.sources.mongo.layouts import Documents
from aam.adapters.sources.mongo.rows import Rows
from aam.domain.schema import StreamSchema
from aam.ports import Json, SourceBatch

BATCH_BYTES = 16 << 20
"""Of BSON, beyond which a batch takes no more documents; a server's answer has no more either."""
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
                (last,) = documents[-1].some([len(documents[-1]) - 1])
                state = replace(self._saved, after=(last.get("_id"),), rows=number + count(documents)).json()
            yield self._rows.read(documents, number + 1, state)
            number += count(documents)

    def _answers(self) -> Iterator[Documents]:
        plan, after = self._plan, self._saved.after
        # Bounds of the index, not a condition: conditions compare values of one type alone, and `_id`s may differ.
        ordered = {"sort": {"_id": 1}, "hint": {"_id": 1}} if plan.keyed else {}
        bounds = {"min": {"_id": after[0]}} if plan.keyed and after else {}
        answers = found(plan.collection, {}, plan.projection, most=plan.batch_rows, **ordered, **bounds)
        for documents in answers:
            if bounds and after is not None and len(documents):
                bounds = {}
                (first,) = documents.some([0])
                if json_text(first.get("_id")) == json_text(after[0]):
                    yield documents.between(1, len(documents))
                    continue
            yield documents

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
        plan = self._plan
        answers = found(plan.collection, {}, plan.projection, limit=plan.batch_rows)
        for documents in gathered(answers, plan.batch_rows):
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
            answers = found(self._plan.collection, wanted, self._plan.projection)
            state = replace(self._saved, token=group[-1].token).json()
            waiting: list[Document] = []
            for documents in gathered(answers, size):
                if waiting:
                    yield self._rows.batch(waiting, number, None, ())
                    number += len(waiting)
                waiting = [one for answer in documents for one in answer.some(range(len(answer)))]
                for document in waiting:
                    missing.pop(json_text(document["_id"]), None)
            yield self._rows.batch(waiting, number, state, list(missing.values()))
            number += len(waiting)

    def cursor(self) -> Json:
        """The token after everything that was read."""
        return replace(self._saved, token=self._changes.token).json()


def gathered(answers: Iterator[Documents], most: int) -> Iterator[list[Documents]]:
    """Several answers together, up to a number and size of documents that make a batch worth landing."""
    waiting: list[Documents] = []
    for answer in answers:
        if waiting and sum(one.size for one in waiting) + answer.size > BATCH_BYTES:
            yield waiting
            waiting = []
        waiting += [answer] if len(answer) else []
        while (more := count(waiting) - most) >= 0 and waiting:
            last = waiting.pop()
            yield [*waiting, last.between(0, len(last) - more)]
            waiting = [last.between(len(last) - more, len(last))] if more else []
    if waiting:
        yield waiting


def count(several: Sequence[Documents]) -> int:
    """How many documents they are."""
    return sum(map(len, several))
