"""What of a Salesforce object lies in a range of the field by which its changes are found."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from aam.adapters.sources.salesforce.api.client import SalesforceApi
from aam.adapters.sources.salesforce.catalog import DELETED, SObject
from aam.adapters.sources.salesforce.reading.position import Position, position_of, stamp_of
from aam.adapters.sources.salesforce.reading.ranges import Part, RangeReader
from aam.adapters.sources.salesforce.settings import SalesforceSettings
from aam.adapters.sources.spans.bounds import SPAN, moments, of_span, told
from aam.domain.errors import BackfillRefused
from aam.domain.steering import Span
from aam.ports import Json, SourceBatch

STEP = timedelta(microseconds=999)
"""Stamps are of milliseconds: the end of a range is rounded up."""


class SpanRead:
    """Living records in the range; what is deleted is told by the readings of changes."""

    unchanged = False

    def __init__(
        self, api: SalesforceApi, sobject: SObject, settings: SalesforceSettings, span: Span, place: Json, rows: int
    ) -> None:
        """A batch has at least `rows`, where there are so many."""
        self.schema, self.file = sobject.stream_schema(), sobject.name
        self._sobject, self._span = sobject, span
        if not sobject.cursor:
            raise BackfillRefused(
                f"{sobject.name} has no field that tells when a record changed.",
                hint="Read it whole: full_refresh.",
            )
        since, until = moments(sobject.name, span, sobject.cursor)
        self._organisation, self._end = api.organisation(), stamp_of(until + STEP)
        saved = position_of(place, sobject.cursor, self._organisation, api.now()) if of_span(place, span) else None
        self.snapshot = saved is None
        self._start = saved or Position(stamp_of(since))
        self._ranges = RangeReader(
            api,
            sobject,
            self._end,
            bulk_from_rows=settings.bulk_from_rows,
            slice_days=settings.slice_days,
            batch_rows=rows,
        )

    def batches(self) -> Iterator[SourceBatch]:
        """Batches; one has a state where all before its last record was read."""
        first = 1
        for part in self._ranges.parts(self._start, self._end):
            living = self._living(part.rows)
            if living.num_rows:
                numbers = pa.arange(first, first + living.num_rows)
                first += living.num_rows
                yield SourceBatch(living, numbers, state=self._state(part))

    def _living(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        if self._sobject.has_deleted:
            rows = rows.filter(pc.invert(pc.fill_null(rows.column(DELETED), False)))
        schema = self._sobject.arrow
        return pa.RecordBatch.from_arrays([rows.column(name) for name in schema.names], schema=schema)

    def _state(self, part: Part) -> dict[str, Any] | None:
        if part.place is None:
            return None
        return {**part.place.state(self._sobject.cursor, self._organisation), SPAN: told(self._span)}

    def cursor(self) -> Json:
        """None: the saved one stays."""
        return {}
