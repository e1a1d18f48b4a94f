"""The first records of an object, and no more."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from aam.adapters.sources.salesforce.api.client import SalesforceApi
from aam.adapters.sources.salesforce.catalog import DELETED, SObject
from aam.adapters.sources.salesforce.reading.rest import RestReader
from aam.adapters.sources.salesforce.reading.values import from_json
from aam.ports import Json, SourceBatch


class First:
    """A reading of at most `rows` records by one query, without those in the recycle bin."""

    unchanged, snapshot = False, True

    def __init__(self, api: SalesforceApi, sobject: SObject, rows: int) -> None:
        self.schema, self.file = sobject.stream_schema(), sobject.name
        self._sobject, self._rest, self._rows = sobject, RestReader(api, sobject), rows

    def batches(self) -> Iterator[SourceBatch]:
        """One batch at most."""
        found = from_json(self._sobject, self._rest.first(self._rows))
        if self._sobject.has_deleted:
            found = found.filter(pc.invert(pc.fill_null(found.column(DELETED), False)))
        schema = self._sobject.arrow
        data = pa.RecordBatch.from_arrays([found.column(name) for name in schema.names], schema=schema)
        if data.num_rows:
            yield SourceBatch(data, pa.arange(1, data.num_rows + 1))

    def cursor(self) -> Json:
        """Nothing to go on from."""
        return {}
