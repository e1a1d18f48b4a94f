"""One stream read from end to end: landed, projected, checked for repeated keys, and only then handed on."""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from aos_common.objects import TenantObjects

from aam.adapters.extraction.deletions import DELETED, settle_repeated, tombstones, with_tombstones
from aam.adapters.extraction.duplicates import Ascending, repeated
from aam.adapters.extraction.landed import ROW_COLUMN
from aam.adapters.extraction.restoring import Trail, save
from aam.adapters.extraction.spool import Spool, write_parquet
from aam.adapters.projection.engine import Engine
from aam.adapters.projection.expressions import EPOCH_BITS
from aam.adapters.projection.handing import content_columns
from aam.adapters.projection.projector import Projector
from aam.domain.errors import MappingInvalid, QuarantineFull, RunCancelled
from aam.domain.landing import source_id
from aam.domain.mapping import Mapping
from aam.ports import Extraction, Json, Progress, SourceBatch, StreamRead, Task


class RecordsGone(Exception):
    """A reading of changes has met records that are gone, and cannot tell which of the announced ones they are."""


@dataclass
class Reading:
    """The state of one reading; `limit` bounds the rows set aside.

    `resumed`: `trail` holds what earlier attempts have read, `snapshot` what kind of reading the first of them was.
    `_by_content`: only what the rows hold tells whether anything is new.
    """

    task: Task
    read: StreamRead
    engine: Engine
    spool: Spool
    objects: TenantObjects
    limit: int
    trail: Trail = field(default_factory=Trail)
    snapshot: bool = True
    resumed: bool = False
    _shift: int | None = None
    _by_content: bool = False
    _ascending: Ascending = field(default_factory=Ascending)

    @property
    def version(self) -> int:
        """The source version of every row; with a cursor column, what is added to each row's own.

        Each reading from the beginning, and each backfill, is above all that was published before, so that its rows
        replace them.
        """
        before = self.task.stream.version
        if self.task.replay:  # above all that was published, below what a cursor column will say next
            return ((before >> EPOCH_BITS) + 1) << EPOCH_BITS
        if not self.read.schema.cursor:
            return before + 1
        epoch = (before >> EPOCH_BITS) + (1 if self.snapshot or self.task.span else 0)
        return epoch << EPOCH_BITS

    @property
    def mapping(self) -> Mapping:
        """The mapping in force; the source's own key where the mapping names none."""
        found = self.task.stream.mapping
        if found is None:
            raise MappingInvalid(f"{self.task.stream.name} has no mapping.", hint="Approve the proposal for it.")
        return replace(found, key_columns=found.key_columns or self.read.schema.primary_key)

    def run(self, progress: Progress) -> Extraction:
        """Read to the end, then upload what is to be announced."""
        projector = self._projector()
        self._by_content = not self.read.schema.cursor and not self.read.cursor()
        self._tell(progress)
        for batch in self.read.batches():
            if progress.cancelled:
                raise RunCancelled(f"{self.task.stream.name}: the run was cancelled.")
            self._take(self._numbered(batch), projector)
            if batch.state is not None:
                state = dict(batch.state)
                save(self.task, self.trail, self.spool, self.objects, snapshot=self.snapshot, state=state)
            self._tell(progress)
            if self.task.pace:
                self.task.pace(len(batch.rows) + len(batch.misfits), progress)
        self._settle_keys()
        self._tell(progress)
        return self._extraction()

    def _extraction(self) -> Extraction:
        cursor = self._cursor()
        start = dict(start_of(self.task))
        nothing_new = cursor == start if "content" in cursor else not (self.snapshot or self.trail.names)
        if nothing_new:
            return Extraction(rows_read=self.trail.rows_read, unchanged=True, snapshot=self.snapshot, cursor=cursor)
        batches = tuple(self.spool.finish(self.trail.names, self.task.attempt))
        return Extraction(
            batches=batches,
            misfits=tuple(self.trail.all_misfits()),
            rows_read=self.trail.rows_read,
            snapshot=self.snapshot,
            version=self.version,
            highest=max(self.trail.highest, self.task.stream.version, self.version),
            deleted=self.spool.marked(DELETED) if any(self.trail.deleted.values()) else 0,
            landed_bytes=sum(self.objects.size(name.landing_key) for name in self.trail.names.values()),
            cursor=cursor,
        )

    def _cursor(self) -> dict[str, Any]:
        """What to save. A backfill leaves the saved one, but for a hash over the rows: they are others now."""
        if self.task.span:
            return {} if "content" in self.task.stream.cursor else dict(self.task.stream.cursor)
        return dict(self.read.cursor()) or {"content": self._content()}

    def _tell(self, progress: Progress) -> None:
        progress.rows_read, progress.rows_published = self.trail.rows_read, self.spool.rows
        progress.rows_quarantined = sum(map(len, self.trail.misfits.values()))

    def _numbered(self, batch: SourceBatch) -> SourceBatch:
        """The batch with record numbers that go on from the attempt before, where the source begins anew at 1."""
        if not self.resumed or not len(batch.rows):
            return batch
        if self._shift is None:
            first = pc.min(batch.rows).as_py()
            self._shift = self.trail.last_row if first <= self.trail.last_row else 0
        if not self._shift:
            return batch
        misfits = tuple(replace(misfit, row=misfit.row + self._shift) for misfit in batch.misfits)
        return replace(batch, rows=pc.add(batch.rows, self._shift), misfits=misfits)

    def _take(self, batch: SourceBatch, projector: Projector) -> None:
        trail = self.trail
        index = trail.next_index
        name = trail.names[index] = self.task.batch(index)
        trail.unsaved.append(index)
        write_parquet(self.objects, name.landing_key, landed(batch))
        result = projector.project(batch.data, batch.rows)
        rows = result.rows
        if not self._guaranteed:
            self._ascending.add(rows.column("_key"))
        if self.read.schema.cursor and rows.num_rows:
            trail.highest = max(trail.highest, pc.max(rows.column("_version")).as_py())
        if batch.deleted is not None and batch.deleted.num_rows:
            write_parquet(self.objects, name.deleted_key, pa.Table.from_batches([batch.deleted]))
            gone = self._tombstones(batch.deleted)
            trail.deleted[index] = gone.num_rows
            self.spool.add(index, with_tombstones(rows, gone))
            self._ascending.holds = False
        else:
            self.spool.add(index, rows, self._hashed(rows, rows.column_names) if self._by_content else None)
        trail.misfits[index] = [*batch.misfits, *result.misfits]
        self._bound()
        trail.rows_read += batch.data.num_rows + len(batch.misfits)
        numbers = [pc.max(batch.rows).as_py() or 0, *(misfit.row for misfit in batch.misfits)]
        trail.last_row = max(trail.last_row, *numbers)

    def _tombstones(self, gone: pa.RecordBatch) -> pa.Table:
        mapping, cursor = self.mapping, self.read.schema.cursor
        if not mapping.key_columns or not set(mapping.key_columns) <= set(gone.schema.names):
            raise RecordsGone
        told = bool(cursor) and cursor in gone.schema.names
        version = self.version
        if cursor and not told:
            version = max(self.trail.highest, self.task.stream.version, version)
        return tombstones(
            self.engine,
            self.task,
            mapping,
            gone,
            file=self.read.file,
            version=version,
            version_column=cursor if told else "",
        )

    def _projector(self) -> Projector:
        return Projector(
            self.engine,
            self.mapping,
            source=source_id(self.task.connection_id, self.task.stream.name),
            file=self.read.file,
            version=self.version,
            version_column=self.read.schema.cursor,
        )

    @property
    def _guaranteed(self) -> bool:
        """Whether the source itself keeps the key of the mapping from being repeated."""
        declared = set(self.read.schema.primary_key)
        return bool(declared) and declared <= set(self.mapping.key_columns)

    def _settle_keys(self) -> None:
        """Each key once: the last where the source guarantees the key and may repeat a record, else the first."""
        keys = self.mapping.key_columns
        if self._guaranteed:
            if self.task.replay or self.resumed or self.read.schema.cursor or any(self.trail.deleted.values()):
                settle_repeated(self.engine, self.spool, snapshot=self.snapshot)
        elif keys and (self.resumed or not self._ascending.holds):
            found = repeated(
                self.engine,
                self.spool,
                self.trail.names,
                self.objects,
                file=self.read.file,
                keys=keys,
                limit=self.limit,
            )
            self.trail.misfits[self.trail.next_index] = found
            self._bound()

    def _bound(self) -> None:
        if sum(map(len, self.trail.misfits.values())) > self.limit:
            first = self.trail.all_misfits()[0]
            raise QuarantineFull(
                f"{self.task.stream.name}: more than {self.limit} rows do not fit; the first is row {first.row}: "
                f"{first.column} = {first.value[:80]!r} ({first.reason}).",
                hint="Correct the mapping or the source, then sync again.",
            )

    def _content(self) -> str:
        """A text that is equal when the stream holds the same rows as before, whatever their order."""
        known, unknown = self.spool.contents()
        rows = f"{self.spool.rows}:{known + (self._hashed(unknown, self.spool.columns()) if unknown else 0)}"
        refused = "\n".join(sorted(misfit.record for misfit in self.trail.all_misfits()))
        return f"{rows}:{hashlib.sha256(refused.encode()).hexdigest()[:16]}"

    def _hashed(self, rows: pa.Table | list[Path], names: list[str]) -> int:
        return self.engine.content(rows, content_columns(names, keyed=bool(self.mapping.key_columns)))


def landed(batch: SourceBatch) -> pa.Table:
    """The batch as the source gave it, with its record numbers, so that a replay can locate every row."""
    return pa.Table.from_arrays([*batch.data.columns, batch.rows], names=[*batch.data.schema.names, ROW_COLUMN])


def start_of(task: Task) -> Json:
    """Where to read from: the saved cursor, or the beginning when asked to or another mapping version published it."""
    mapping = task.stream.mapping
    same = mapping is not None and mapping.version == task.stream.published_mapping
    return task.stream.cursor if same and not (task.full_refresh or task.span) else {}


def drop_unsaved(objects: TenantObjects, task: Task, trail: Trail) -> None:
    """Delete what this attempt has written of the stream since its last checkpoint."""
    for index in trail.unsaved:
        for key in task.batch(index).keys:
            objects.delete_prefix(key)
