"""What has landed of a stream, read as if it came from its source: the last whole reading and all that came after."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
from aos_common.objects import TenantObjects

from aam.domain.connection import Stream
from aam.domain.errors import SourceError
from aam.domain.landing import deleted_key
from aam.domain.quarantine import Misfit
from aam.domain.schema import StreamSchema
from aam.ports import DiscoveredStream, Json, Landed, SourceBatch

ROW_COLUMN = "_aos_row"
PLACE = "replayed"
"""The state of a batch: how many landed batches have been read."""


class LandedSource:
    """The landed batches of one stream, in the order of their readings."""

    location = "what has landed"

    def __init__(self, objects: TenantObjects, stream: Stream, landed: Sequence[Landed]) -> None:
        self._objects, self._stream, self._landed = objects, stream, landed

    def check(self) -> None:
        """Raise where nothing can be replayed."""
        self._refuse(self._stream.name)

    def discover(self) -> list[DiscoveredStream]:
        """The one stream."""
        return [DiscoveredStream(self._stream.name, self._stream.schema)]

    @contextmanager
    def read(self, stream: str, cursor: Json) -> Iterator["LandedRead"]:
        """Open it from a batch's state, or from the beginning."""
        schema = self._refuse(stream)
        yield LandedRead(self._objects, self._stream, schema, self._landed, int(cursor.get(PLACE, 0)))

    def _refuse(self, stream: str) -> StreamSchema:
        schema, mapping = self._stream.schema, self._stream.mapping
        if stream != self._stream.name or schema is None or mapping is None or not self._landed:
            raise SourceError(
                f"{stream}: no whole reading of it is kept any more.",
                hint="Landed files are kept for AOS_LANDING_DAYS; read the source instead: full_refresh.",
                reason="NOTHING_LANDED",
            )
        keys = mapping.key_columns or schema.primary_key
        if len(self._landed) > 1 and (not keys or set(keys) != set(schema.primary_key)):
            raise SourceError(
                f"{stream} was read in {len(self._landed)} parts, which only its own primary key puts together, and "
                "its mapping has another key.",
                hint="Read the source instead: full_refresh.",
                reason="REPLAY_REFUSED",
            )
        return schema


class LandedRead:
    """One replay. Of a key that was read several times the last mention counts; none has a version of its own."""

    unchanged = False

    def __init__(
        self, objects: TenantObjects, stream: Stream, schema: StreamSchema, landed: Sequence[Landed], first: int
    ) -> None:
        self.schema, self.file = replace(schema, cursor=""), stream.name
        self.snapshot = not first
        self._objects, self._stream, self._landed, self._first = objects, stream, landed, first

    def batches(self) -> Iterator[SourceBatch]:
        """Each landed batch as it came; with the first of a reading also what its connector had set aside."""
        number = 0
        for reading in self._landed:
            for position, key in enumerate(reading.keys):
                number += 1
                if number <= self._first:
                    continue
                batch = self._batch(key, {PLACE: number})
                yield replace(batch, misfits=self._aside(reading)) if position == 0 else batch

    def cursor(self) -> Json:
        """The saved cursor, for the source was not asked; a hash of the content is taken anew."""
        return {} if "content" in self._stream.cursor else self._stream.cursor

    def _batch(self, key: str, state: Json) -> SourceBatch:
        table = self._table(key)
        rows = table.column(ROW_COLUMN).combine_chunks()
        data = table.drop_columns([ROW_COLUMN]).combine_chunks()
        if set(data.column_names) != {column.name for column in self.schema.columns}:
            raise SourceError(
                f"{self.file}: what has landed has another shape than the stream has now.",
                hint="Read the source instead: full_refresh.",
                reason="REPLAY_REFUSED",
            )
        deleted = None
        if self._objects.exists(deleted_key(key)):
            gone = self._table(deleted_key(key)).combine_chunks()
            deleted = _one(gone)
        return SourceBatch(_one(data), rows, (), state, deleted)

    def _aside(self, reading: Landed) -> tuple[Misfit, ...]:
        """What never became a row of the landed batches; the rest of what was set aside is met again."""
        if not reading.aside:
            return ()
        rows = {row for key in reading.keys for row in self._table(key, [ROW_COLUMN]).column(0).to_pylist()}
        return tuple(misfit for misfit in reading.aside if misfit.row not in rows)

    def _table(self, key: str, columns: list[str] | None = None) -> pa.Table:
        with self._objects.read(key) as file:
            return pq.read_table(file, columns=columns)


def _one(table: pa.Table) -> pa.RecordBatch:
    empty = [pa.array([], field.type) for field in table.schema]
    return table.to_batches()[0] if table.num_rows else pa.RecordBatch.from_arrays(empty, schema=table.schema)
