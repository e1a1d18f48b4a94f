"""Which rows are asked for how: pages for few, jobs for many, by ranges of time that shrink and grow."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pyarrow as pa

from aam.adapters.sources.salesforce.api.client import SalesforceApi
from aam.adapters.sources.salesforce.api.errors import BulkRefused, QueryTimeout
from aam.adapters.sources.salesforce.catalog import SObject
from aam.adapters.sources.salesforce.reading import soql
from aam.adapters.sources.salesforce.reading.bulk import BulkReader
from aam.adapters.sources.salesforce.reading.position import Position, moment_of, stamp_of
from aam.adapters.sources.salesforce.reading.rest import RestReader
from aam.adapters.sources.salesforce.reading.values import Record, from_json

FEW_ROWS, MANY_ROWS = 50_000, 500_000
"""A job with fewer makes the next range twice as long, one with more half."""
SHORTEST = timedelta(seconds=1)
LONGEST = timedelta(days=3_650)


@dataclass(frozen=True)
class Part:
    """Rows, and the record or stamp they end at: None in the middle of a job, whose rows have no order."""

    rows: pa.RecordBatch
    place: Position | None


class RangeReader:
    """Reads one object from a position on. `settled` is the stamp before which everything is visible."""

    def __init__(
        self,
        api: SalesforceApi,
        sobject: SObject,
        settled: str,
        *,
        bulk_from_rows: int,
        slice_days: int,
        batch_rows: int,
    ) -> None:
        self._api, self._sobject, self._settled = api, sobject, settled
        self._rest, self._bulk = RestReader(api, sobject), BulkReader(api, sobject)
        self._bulk_from, self._step = bulk_from_rows, timedelta(days=slice_days)
        self._batch_rows = batch_rows
        self._bulk_works = True

    def parts(self, start: Position | None, end: str = "") -> Iterator[Part]:
        """Every row after the position, and before the stamp `end` where there is one, in batches."""
        if not self._sobject.cursor:
            yield from self._whole(start)
        elif not self._is_large(start, end):
            yield from self._pages(start, end)
        else:
            yield from self._slices(start, end)

    def _whole(self, start: Position | None) -> Iterator[Part]:
        """An object without a cursor field: one job, or pages in the order of the ids."""
        if self._is_large(start):
            try:
                query = soql.query(self._sobject, self._sobject.selected, [soql.after(self._sobject, start)])
                yield from (Part(rows, None) for rows in self._bulk.batches(query))
                return
            except BulkRefused:
                self._bulk_works = False
        yield from self._joined(start, "")

    def _slices(self, start: Position | None, last: str) -> Iterator[Part]:
        """A job a range of time up to `settled`, then what is newer; nothing from the stamp `last` on."""
        place = start if start is not None and start.stamp else self._first(start)
        while place is not None and place.stamp < self._settled:
            end = min(stamp_of(min(moment_of(place.stamp) + self._step, moment_of(self._settled))), self._settled)
            rows = 0
            for part in self._range(place, end):
                rows += part.rows.num_rows
                yield part
            place = Position(end)
            if rows < FEW_ROWS:
                self._step = min(self._step * 2, LONGEST)
            elif rows > MANY_ROWS:
                self._step = max(self._step / 2, SHORTEST)
        if place is not None and not last:
            yield from self._range(place, "") if self._is_large(place) else self._pages(place, "")

    def _first(self, start: Position | None) -> Position | None:
        """The stamp of the oldest record."""
        cursor = self._sobject.cursor
        query = soql.query(self._sobject, [cursor], [soql.after(self._sobject, start)], f" ORDER BY {cursor} LIMIT 1")
        found = self._api.get("queryAll", self._sobject.name, {"q": query})["records"]
        return Position(stamp_of(moment_of(found[0][cursor]))) if found else None

    def _is_large(self, start: Position | None, end: str = "") -> bool:
        if not self._bulk_works:
            return False
        query = soql.count(self._sobject, [soql.after(self._sobject, start), soql.before(self._sobject, end)])
        try:
            found = int(self._api.get("queryAll", self._sobject.name, {"q": query})["totalSize"])
        except QueryTimeout:
            return True
        return found >= max(self._bulk_from, 1)

    def _range(self, start: Position, end: str) -> Iterator[Part]:
        """One job; two where Salesforce takes too long; pages where it does no jobs."""
        if not self._bulk_works:
            yield from self._pages(start, end)
            return
        conditions = [soql.after(self._sobject, start), soql.before(self._sobject, end)]
        query = soql.query(self._sobject, self._sobject.selected, conditions)
        waiting: pa.RecordBatch | None = None
        try:
            for rows in self._bulk.batches(query):
                if waiting is not None:
                    yield Part(waiting, None)
                waiting = rows
        except BulkRefused:
            self._bulk_works = False
            yield from self._pages(start, end)
            return
        except QueryTimeout:
            for first, last in self._halves(start, end):
                yield from self._range(first, last)
            return
        if waiting is not None:
            yield Part(waiting, Position(end) if end else None)

    def _pages(self, start: Position | None, end: str) -> Iterator[Part]:
        """Pages; where one takes too long, the rest in two ranges."""
        try:
            for part in self._joined(start, end):
                start = part.place
                yield part
        except QueryTimeout:
            begin = start if start is not None and start.stamp else self._first(start)
            if begin is None:
                return
            for first, last in self._halves(begin, end):
                yield from self._pages(first, last)

    def _joined(self, start: Position | None, end: str) -> Iterator[Part]:
        """Pages put together, so that each batch lands as a file worth opening."""
        records: dict[str, Record] = {}
        for page in self._rest.pages(start, end):
            for number, record in enumerate(page):
                # A record that changed while it was read comes again: the newer counts.
                records[str(record.get("Id") or f"{len(records)}:{number}")] = record
            start = self._rest.place(page[-1])
            if len(records) >= self._batch_rows:
                yield Part(from_json(self._sobject, list(records.values())), start)
                records = {}
        if records:
            yield Part(from_json(self._sobject, list(records.values())), start)

    def _halves(self, start: Position, end: str) -> list[tuple[Position, str]]:
        low = moment_of(start.stamp)
        high = moment_of(end) if end else self._api.now()
        if not self._sobject.cursor or high - low <= SHORTEST:
            raise QueryTimeout(
                f"{self._sobject.name}: Salesforce takes too long even for the changes of one second.",
                hint="Exclude large text and formula fields, or sync when the organisation is less busy.",
                reason="SOURCE_TIMEOUT",
            )
        self._step = max((high - low) / 2, SHORTEST)
        middle = stamp_of(low + (high - low) / 2)
        return [(start, middle), (Position(middle), end)]
