"""One reading of one object."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pyarrow as pa
import pyarrow.compute as pc

from aam.adapters.sources.salesforce.api.client import SalesforceApi
from aam.adapters.sources.salesforce.catalog import DELETED, KEY, SObject
from aam.adapters.sources.salesforce.reading.position import Trail, position_of, stamp_of
from aam.adapters.sources.salesforce.reading.ranges import Part, RangeReader
from aam.adapters.sources.salesforce.settings import SalesforceSettings
from aam.ports import Json, SourceBatch


class SalesforceRead:
    """Records as they are when their page or job is made: Salesforce gives no snapshot.

    A record that changes meanwhile moves to the end of the order and is read again there, so the reading ends with the
    newest form of each, whatever it read before. A whole reading gives what lives; what is deleted while it lasts is
    told by the next one.
    """

    unchanged = False

    def __init__(
        self, api: SalesforceApi, sobject: SObject, settings: SalesforceSettings, cursor: Json, batch_rows: int
    ) -> None:
        self.schema, self.file = sobject.stream_schema(), sobject.name
        self._sobject = sobject
        now = api.now()
        self._organisation = api.organisation()
        self._start = position_of(cursor, sobject.cursor, self._organisation, now)
        self.snapshot = self._start is None
        self._began = stamp_of(now)
        self._trail = Trail(stamp_of(now - timedelta(seconds=settings.lookback_seconds)))
        self._ranges = RangeReader(
            api,
            sobject,
            self._trail.settled,
            bulk_from_rows=settings.bulk_from_rows,
            slice_days=settings.slice_days,
            batch_rows=batch_rows,
        )

    def batches(self) -> Iterator[SourceBatch]:
        """Batches; one has a state where all before its last record was read."""
        first = 1
        for part in self._ranges.parts(self._start):
            fresh = self._fresh(part.rows)
            state = self._state(part)
            living, deleted = self._separated(fresh)
            if not living.num_rows and deleted is None:
                continue
            numbers = pa.arange(first, first + living.num_rows)
            first += living.num_rows
            yield SourceBatch(living, numbers, state=state, deleted=deleted)

    def cursor(self) -> Json:
        """Where the next reading begins; empty for an object without a cursor field."""
        if not self._sobject.cursor:
            return {}
        end = self._trail.end(self._start)
        return end.state(self._sobject.cursor, self._organisation) if end else {"of": self._organisation}

    def _fresh(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        """The rows without those that an earlier reading had already seen; remembers all of them."""
        cursor = self._sobject.cursor
        if not cursor:
            return rows
        newest = pc.max(rows.column(cursor)).as_py()
        if newest is None:
            return rows
        if stamp_of(newest) < self._trail.settled:
            self._trail.note([("", stamp_of(newest))])
            return rows
        stamps = [stamp_of(one) for one in rows.column(cursor).to_pylist()]
        pairs = list(zip(rows.column(KEY).to_pylist(), stamps, strict=True))
        self._trail.note(pairs)
        if self.snapshot and self._sobject.has_deleted:
            marked = zip(pairs, rows.column(DELETED).to_pylist(), strict=True)
            self._trail.recent -= {pair for pair, deleted in marked if deleted and pair[1] >= self._began}
        seen = self._start.seen if self._start else frozenset()
        return rows.filter(pa.array([pair not in seen for pair in pairs])) if seen else rows

    def _state(self, part: Part) -> Json | None:
        cursor, place = self._sobject.cursor, part.place
        if place is None:
            return None
        if not cursor:
            return place.state(cursor, self._organisation)
        after = self._trail.after(place.stamp, place.id)
        ahead = {one for one in (self._start.seen if self._start else ()) if one[1] >= after.stamp}
        return replace(after, seen=after.seen | ahead).state(cursor, self._organisation)

    def _separated(self, rows: pa.RecordBatch) -> tuple[pa.RecordBatch, pa.RecordBatch | None]:
        """Living records in the stream's columns, and the keys of deleted ones."""
        schema = self._sobject.arrow
        gone = None
        if self._sobject.has_deleted:
            mark = pc.fill_null(rows.column(DELETED), False)
            if pc.any(mark).as_py():
                keys = rows.filter(mark).column(KEY)
                if not self.snapshot:
                    gone = pa.RecordBatch.from_arrays([keys], schema=pa.schema([schema.field(KEY)]))
                rows = rows.filter(pc.invert(mark))
        return pa.RecordBatch.from_arrays([rows.column(name) for name in schema.names], schema=schema), gone
