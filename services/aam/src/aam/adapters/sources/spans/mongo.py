"""What of a MongoDB collection was made in a range of time, as the `ObjectId`s of its documents tell."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bson import ObjectId

from aam.adapters.sources.mongo.answers import found
from aam.adapters.sources.mongo.reading import Plan, count, gathered
from aam.adapters.sources.mongo.rows import Rows
from aam.adapters.sources.spans.bounds import SPAN, moments, of_span, told
from aam.domain.errors import BackfillRefused
from aam.domain.steering import Span
from aam.ports import Json, SourceBatch

ALMOST = timedelta(microseconds=999_999)
"""`ObjectId`s tell whole seconds: the end of a range is rounded up."""


class SpanRead:
    """The documents in the range as they are now, in the order of `_id`; each batch can be resumed after."""

    unchanged = False

    def __init__(self, plan: Plan, uuid: str, span: Span, place: Json) -> None:
        """`uuid` is the collection's own: a place in another one is none in this."""
        self.schema, self.file = plan.schema, plan.collection.name
        self._plan, self._uuid, self._span = plan, uuid, span
        made = next((column.type for column in plan.schema.columns if column.name == "_id"), "")
        if not plan.keyed or made != "objectid":
            raise BackfillRefused(
                f"{self.file} has no ObjectIds, which would tell when a document was made.",
                hint="Read it whole: full_refresh.",
            )
        since, until = moments(self.file, span, "the time in `_id`")
        self._low, self._high = ObjectId.from_datetime(since), ObjectId.from_datetime(until + ALMOST)
        after = str(place.get("after")) if of_span(place, span) and place.get("uuid") == uuid else ""
        self._after = ObjectId(after) if ObjectId.is_valid(after) else None
        self._read = int(place["rows"]) if self._after else 0
        self.snapshot = self._after is None

    def batches(self) -> Iterator[SourceBatch]:
        """In the order of `_id`."""
        plan, rows = self._plan, Rows(self.schema, self.file)
        lower = {"$gt": self._after} if self._after else {"$gte": self._low}
        query = {"_id": {**lower, "$lt": self._high}}
        answers = found(plan.collection, query, plan.projection, most=plan.batch_rows, sort={"_id": 1})
        for documents in gathered(answers, plan.batch_rows):
            first, self._read = self._read + 1, self._read + count(documents)
            (last,) = documents[-1].some([len(documents[-1]) - 1])
            yield rows.read(documents, first, self._state(last["_id"]))

    def _state(self, last: Any) -> Json:
        return {"uuid": self._uuid, "after": str(last), "rows": self._read, SPAN: told(self._span)}

    def cursor(self) -> Json:
        """None: the saved one stays."""
        return {}
